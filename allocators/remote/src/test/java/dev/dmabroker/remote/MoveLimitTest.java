package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that makes buffers move again and again is held back, and others are not. */
class MoveLimitTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();
  private static final Constraints CONTIGUOUS =
      Constraints.builder().cpuOnly().contiguous().build();
  private static final Constraints SCATTERED =
      Constraints.builder().cpuOnly().permittedHeaps("system").build();

  /** The next one would come after half a minute. */
  private static final int MOVES = 2;

  @TempDir private Path folder;
  private final AtomicInteger moves = new AtomicInteger();
  private Broker broker;
  private Subscription subscription;
  private BrokerService service;
  private RemoteBroker owner;
  private RemoteBroker restless;
  private Attachment steady;
  private SharedBuffer opened;
  private int devices;

  @BeforeEach
  void serve() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    ClientTerms terms =
        ClientTerms.builder().limits(ClientLimits.builder().movesPerMinute(MOVES).build()).build();
    service =
        BrokerService.builder(broker)
            .admission(peer -> new Admitted(terms))
            .start(folder.resolve("socket"));
    subscription =
        broker.listen(
            new BrokerListener() {
              @Override
              public void moved(BufferMove event) {
                moves.incrementAndGet();
              }
            },
            Delivery.QUEUED); // After the service, which has noted what is counted here.
    owner = RemoteBroker.connect(folder.resolve("socket"), "owner");
    restless = RemoteBroker.connect(folder.resolve("socket"), "restless");
    SharedBuffer frame = owner.export("frame", BlobSpec.of(4096));
    steady = frame.attach(owner.register("camera", CPU));
    write(42);
    opened = restless.openBuffer(owner.share(frame, Rights.of(Access.READ_WRITE)));
  }

  @AfterEach
  void end() {
    owner.close();
    restless.close();
    service.close();
    subscription.close();
    broker.close();
  }

  private void write(int value) {
    try (Mapping mapping = steady.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, value);
    }
  }

  private int read() {
    try (Mapping mapping = steady.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      return view.bytes().getInt(0);
    }
  }

  private Device device(Constraints constraints) {
    return restless.register("device-" + ++devices, constraints);
  }

  /** Has the buffer move for devices that agree on no place, until the client may cause no more. */
  private void spend() {
    Attachment unused = opened.attach(device(CPU)); // So that the client does not leave meanwhile.
    for (int move = 1; move <= MOVES; move++) {
      Attachment strict = opened.attach(device(move % 2 == 1 ? CONTIGUOUS : SCATTERED));
      strict.map(Access.READ).close();
      strict.close();
      int expected = move;
      Await.until("the move is counted", () -> moves.get() == expected);
    }
  }

  private static void assertRefused(Runnable call) {
    BusyException refused = assertThrows(BusyException.class, call::run);
    String text = String.valueOf(refused.getMessage());
    assertTrue(text.contains("client restless has made buffers move as often as it may"), text);
    assertTrue(text.contains("2 times a minute"), text);
    assertTrue(refused.isTransient());
  }

  @Test
  void aClientThatAttachesStrictDevicesAgainAndAgainIsRefusedAndOthersGoOn() {
    spend();
    assertRefused(() -> opened.attach(device(CONTIGUOUS)));
    assertEquals(MOVES, moves.get());
    assertEquals(42, read());
    write(43);
    assertEquals(43, read());
    // What needs no move is served.
    try (Attachment here = opened.attach(device(SCATTERED));
        Mapping mapping = here.map(Access.READ)) {
      assertEquals("system", mapping.heapName());
    }
    // Another client is not held back.
    try (Attachment strict = steady.buffer().attach(owner.register("display", CONTIGUOUS))) {
      strict.map(Access.READ).close();
    }
    assertEquals(43, read());
  }

  @Test
  void whateverMayMoveABufferIsRefused() {
    Attachment here = opened.attach(device(CPU));
    spend();
    assertRefused(() -> opened.evacuate());
    assertRefused(() -> opened.prepare());
    assertRefused(() -> here.pin());
    SharedBuffer fresh = restless.export("fresh", BlobSpec.of(4096));
    Attachment in = fresh.attach(device(CPU)); // It has no memory, so nothing moves.
    assertRefused(() -> in.map(Access.WRITE));
    assertRefused(() -> in.map(Access.WRITE, Duration.ofSeconds(30)));
    here.map(Access.READ).close();
  }

  @Test
  void aClientThatComesAndGoesIsRefusedAndTheOwnerGoesOn() {
    for (int move = 1; move <= MOVES; move++) {
      opened.attach(device(CPU)).close(); // It never mapped, so nothing moves.
      Attachment in = opened.attach(device(CPU));
      in.map(Access.READ).close();
      in.close();
      int expected = move;
      Await.until("the buffer has left what the client had", () -> moves.get() == expected);
    }
    assertRefused(() -> opened.attach(device(CPU)));
    assertEquals(42, read());
    write(43);
    assertEquals(43, read());
    assertEquals(MOVES, moves.get());
  }

  @Test
  void evacuationsCountAsMoves() {
    for (int move = 0; move < MOVES; move++) {
      write(42);
      opened.evacuate();
    }
    write(43);
    assertRefused(() -> opened.evacuate());
    assertEquals(43, read());
  }

  /** The place that a client's device gets when another one leaves is not the client's doing. */
  @Test
  void whatTheEndOfAnAttachmentMovesIsNotCharged() {
    Device wishes =
        owner.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).dispensable().build());
    Attachment display = steady.buffer().attach(wishes);
    display.map(Access.READ).close();
    Await.until("the first move is counted", () -> moves.get() == 1);
    for (int move = 2; move < 2 + 2 * MOVES; move += 2) {
      int expected = move;
      Attachment strict = opened.attach(device(SCATTERED));
      Await.until("it moves for that device", () -> moves.get() == expected);
      assertTrue(display.isLeftOut());
      strict.close();
      Await.until("it moves back", () -> moves.get() == expected + 1);
    }
    assertRefused(() -> opened.attach(device(SCATTERED)));
    display.close();
    Device strict = owner.register("strict", SCATTERED);
    assertEquals("system", read(steady.buffer().attach(strict)));
  }

  private static String read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ)) {
      return mapping.heapName();
    }
  }

  @Test
  void aStreamIsNotJoined() {
    BufferStream video =
        owner.stream(StreamSpec.of("video", BlobSpec.of(4096), owner.register("source", CPU)));
    BufferStream theirs = restless.openStream(owner.share(video, Rights.of(Access.READ)));
    spend();
    assertRefused(() -> theirs.consumer(device(CPU), Policy.LATEST));
  }
}
