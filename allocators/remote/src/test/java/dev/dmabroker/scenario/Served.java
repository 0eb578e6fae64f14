package dev.dmabroker.scenario;

import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ClientLimits;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.EventWriter;
import dev.dmabroker.remote.internal.value.Events;
import dev.dmabroker.remote.internal.wire.Told;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Serving;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has the scenarios of the public API call a broker across a socket: the fixture's broker is
 * served, and a client of the service stands in its place. Events are told to the scenario as they
 * cross.
 */
public final class Served implements Serving {
  private static final String CLIENT = "tests";

  /** Scenarios hold mappings for as long as they like. */
  private static final ClientTerms TERMS =
      ClientTerms.builder()
          .limits(
              ClientLimits.builder()
                  .requests(20_000)
                  .mappings(20_000)
                  .longestHold(Duration.ofDays(300))
                  .movesPerMinute(1_000_000)
                  .memoryBytes(1L << 40)
                  .build())
          .build();

  private static final Heap MEMORY = ModelledHeap.builder("memory of scripted heaps").build();

  private final Map<Broker, Broker> built = new ConcurrentHashMap<>();
  private final Map<Path, BrokerService> services = new ConcurrentHashMap<>();

  @Override
  public Broker serve(Broker local) {
    try {
      Path folder = Files.createTempDirectory("served");
      Path socket = folder.resolve("socket");
      BrokerService service =
          BrokerService.builder(local).admission(peer -> new Admitted(TERMS)).start(socket);
      RemoteBroker remote = RemoteBroker.connect(socket, CLIENT);
      built.put(remote, local);
      services.put(folder, service);
      return remote;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Broker built(Broker served) {
    return built.getOrDefault(served, served);
  }

  /** Ends all services: a scenario may have put another broker in the place of its first one. */
  @Override
  public void end(Broker served) {
    services.forEach(Served::end);
    services.clear();
    built.clear();
  }

  private static void end(Path folder, BrokerService service) {
    service.close();
    try {
      Files.deleteIfExists(folder.resolve("socket.lock"));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public BrokerListener told(BrokerListener listener) {
    return new EventWriter(
        name -> true, text -> text.replace(CLIENT + "/", ""), event -> tell(event, listener));
  }

  private static void tell(Told.Builder event, BrokerListener listener) {
    try {
      Events.read(Told.parseFrom(event.build().toByteArray())).orElseThrow().accept(listener);
    } catch (BadMessageException | IOException e) {
      throw new AssertionError("an event does not cross", e);
    }
  }

  @Override
  public Optional<Backing> memory(int sizeBytes) throws HeapException {
    return Optional.of(MEMORY.allocate(new Heap.Request("scripted", sizeBytes)));
  }
}
