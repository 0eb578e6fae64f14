package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Access;
import dev.dmabroker.remote.internal.wire.Acquire;
import dev.dmabroker.remote.internal.wire.CallOff;
import dev.dmabroker.remote.internal.wire.Constraints;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.MakePlan;
import dev.dmabroker.remote.internal.wire.MakeStream;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.StartStream;
import dev.dmabroker.remote.internal.wire.StopStream;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A frame that a stop takes back while the service is about to send it. */
class StoppedAcquireTest {
  private static final BlobSpec HELD_UP = BlobSpec.of(8192);

  /** The request that is refused. */
  private static final long RACING = 11;

  @TempDir private Path folder;
  private final Gated gated = new Gated();
  private Broker broker;
  private BrokerService service;
  private PacketSocket socket;

  /** Holds up each plan for a buffer of one size until the test lets it go on. */
  private static final class Gated implements PlacementHeuristic {
    private final PlacementHeuristic ranks = new InOrder();
    private final Semaphore plans = new Semaphore(0);

    @Override
    public String name() {
      return "gated";
    }

    @Override
    public List<Ranked> rank(Request request) {
      if (request.spec().equals(HELD_UP)) {
        plans.acquireUninterruptibly();
      }
      return ranks.rank(request);
    }
  }

  @BeforeEach
  void serve() throws Exception {
    broker = Broker.builder().heuristic(gated).heap(ModelledHeap.builder("system").build()).build();
    service = BrokerService.builder(broker).start(folder.resolve("socket"));
    socket = PacketSocket.connect(folder.resolve("socket"));
  }

  @AfterEach
  void end() {
    gated.plans.release(1000);
    socket.close();
    service.close();
    broker.close();
  }

  private void send(long number, ToService.Builder request) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(request.setNumber(number).build().toByteArray());
    assertEquals(Sent.SENT, socket.send(bytes));
  }

  private ToClient answer(long number) throws Exception {
    while (true) {
      try (Packet packet = Objects.requireNonNull(socket.receive())) {
        ToClient answer = ToClient.parseFrom(packet.bytes());
        if (answer.getNumber() == number) {
          assertTrue(number == RACING || !answer.hasFailure(), () -> answer.getFailure().getText());
          return answer;
        }
      }
    }
  }

  private ToClient ask(long number, ToService.Builder request) throws Exception {
    send(number, request);
    return answer(number);
  }

  private long startedStream(long device) throws Exception {
    MakeStream.Builder make =
        MakeStream.newBuilder()
            .setName("video")
            .setBuffer(Specs.write(BlobSpec.of(4096)))
            .setProducer(device)
            .setMinBuffers(1)
            .setMaxBuffers(1)
            .setQuietTimeNanos(1_000_000_000)
            .setStopDeadlineNanos(1_000_000_000);
    long stream = ask(3, ToService.newBuilder().setMakeStream(make)).getStreamMade().getStream();
    ToClient unused =
        ask(4, ToService.newBuilder().setStartStream(StartStream.newBuilder().setStream(stream)));
    Await.until("its buffer is free", () -> stream().free() == 1);
    return stream;
  }

  private StreamState stream() {
    BrokerSnapshot snapshot = broker.snapshot();
    return snapshot.streams().get(0);
  }

  @Test
  void anAcquireThatRacesWithAStopIsToldOfTheStop() throws Exception {
    Hello.Builder hello =
        Hello.newBuilder().setLowestVersion(1).setHighestVersion(1).setName("camera");
    ToClient unused = ask(1, ToService.newBuilder().setHello(hello));
    RegisterDevice.Builder sensor =
        RegisterDevice.newBuilder()
            .setName("sensor")
            .setAccess(Access.READ_WRITE)
            .addAlternatives(Constraints.getDefaultInstance());
    long device =
        ask(2, ToService.newBuilder().setRegisterDevice(sensor)).getDeviceRegistered().getDevice();
    long stream = startedStream(device);
    MakePlan.Builder plan = MakePlan.newBuilder().setSpec(Specs.write(HELD_UP)).addDevices(device);
    send(10, ToService.newBuilder().setMakePlan(plan));
    send(
        RACING,
        ToService.newBuilder()
            .setAcquire(Acquire.newBuilder().setStream(stream).setNoDeadline(true)));
    send(12, ToService.newBuilder().setStopStream(StopStream.newBuilder().setStream(stream)));
    send(13, ToService.newBuilder().setMakePlan(plan));
    // It is answered at once, when the requests before it wait for their turn.
    ToClient unusedToo =
        ask(14, ToService.newBuilder().setCallOff(CallOff.newBuilder().setRequest(1)));
    gated.plans.release(); // The frame is handed on, and is sent after the second plan.
    Await.until("it is stopped", () -> stream().state() == BufferStream.State.STOPPED);
    gated.plans.release();
    assertEquals("StreamStoppedException", answer(RACING).getFailure().getKind());
    assertEquals(1, stream().free());
  }
}
