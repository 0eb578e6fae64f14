package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ClientState;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.remote.ServiceListener;
import dev.dmabroker.remote.Token;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What clients of a service do that others use, too. They are in this process, and know nothing of
 * that. Each lap leaves nothing behind.
 */
final class ServiceLaps {
  /** Notes each client that comes or goes, and that listeners miss some of 100,000 attachments. */
  private static final Logger LOG = Logger.getLogger("dev.dmabroker");

  private static final int MAPS = 100;

  /** How many laps there are for one list of all clients. */
  private static final int LAPS_OF_A_LIST = 5;

  private static final long PATIENCE_SECONDS = 60;

  private final Laps times;
  private final Path socket;
  private final BrokerService service;
  private final RemoteBroker other;

  /** The names of clients that the service has told of, as those that have come or gone. */
  private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

  private final List<RemoteBroker> clients = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();

  ServiceLaps(Crowd crowd, Laps times) throws IOException {
    LOG.setLevel(Level.SEVERE);
    this.times = times;
    Path folder = Files.createTempDirectory("dmabroker-bench");
    socket = folder.resolve("socket");
    service =
        BrokerService.builder(crowd.broker())
            .listener(
                new ServiceListener() {
                  @Override
                  public void connected(ClientState client) {
                    told.add(client.name());
                  }

                  @Override
                  public void left(ClientState client, String reason) {
                    told.add(client.name());
                  }
                })
            .start(socket);
    for (String name : List.of("socket", "socket.lock")) {
      folder.resolve(name).toFile().deleteOnExit();
    }
    other = RemoteBroker.connect(socket, "other");
    await("other");
  }

  /** Has so many clients join and stay, each with a device and a buffer. */
  void join(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      RemoteBroker client = RemoteBroker.connect(socket, "client");
      await(client.name());
      clients.add(client);
      SharedBuffer buffer = client.export(Crowd.PAGE);
      attachments.add(map(buffer, device(client)));
    }
  }

  private static Device device(RemoteBroker client) {
    return client.register(
        DeviceSpec.builder("device")
            .constraints(Constraints.builder().permittedHeaps(Crowd.MODELLED).build())
            .build());
  }

  private static Attachment map(SharedBuffer buffer, Device device) {
    Attachment attachment = buffer.attach(device);
    attachment.map(Access.OVERWRITE).close();
    return attachment;
  }

  void run(int laps) throws Exception {
    for (int lap = 0; lap < laps; lap++) {
      lap();
      if (lap % LAPS_OF_A_LIST == 0) {
        times.done(ScaledOperation.CLIENTS, () -> service.clients());
      }
    }
  }

  private void lap() throws Exception {
    RemoteBroker client =
        times.made(
            ScaledOperation.JOIN,
            () -> {
              RemoteBroker joined = RemoteBroker.connect(socket, "client");
              await(joined.name());
              return joined;
            });
    SharedBuffer buffer = client.export(Crowd.PAGE);
    Attachment attachment =
        times.made(ScaledOperation.REMOTE_FIRST_MAP, () -> map(buffer, device(client)));
    times.done(ScaledOperation.REMOTE_MAP, MAPS, () -> attachment.map(Access.OVERWRITE).close());
    times.done(
        ScaledOperation.SHARE,
        () -> {
          Token token = client.share(buffer, Rights.of(Access.READ_WRITE));
          other.openBuffer(token).close();
          client.revoke(token);
        });
    times.done(
        ScaledOperation.LEAVE,
        () -> {
          client.close();
          await(client.name());
        });
  }

  /** Waits until the service has told of a client. */
  private void await(String client) {
    try {
      String name = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!client.equals(name)) {
        throw new MeasuringException("the service told of " + name + " instead of " + client);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasuringException("interrupted", e);
    }
  }
}
