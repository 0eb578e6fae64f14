package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecordingBrokerTest {
  private static final List<TraceHeap> HEAPS =
      List.of(TraceHeap.scattered("system"), TraceHeap.contiguous("cma", 1 << 20));
  private static final Constraints STRICT = Constraints.builder().contiguous().build();
  private static final long DEADLINE_MICROS = 1000;

  private final AtomicLong clock = new AtomicLong();
  private final TraceRecorder recorder = recorder();

  private TraceRecorder recorder() {
    return new TraceRecorder(HEAPS, DEADLINE_MICROS, clock::incrementAndGet);
  }

  private static Broker broker(TraceRecorder recorder) {
    BrokerBuilder builder = Broker.builder().heuristic(new LeastCost());
    HEAPS.forEach(heap -> builder.heap(heap.model()));
    return new RecordingBroker(builder.build(), recorder);
  }

  /** Every kind of operation, and a move. */
  private static void tinyScenario(Broker broker) {
    Device camera =
        broker.register(
            DeviceSpec.builder("camera")
                .longestHold(Duration.ofMillis(20))
                .access(Access.WRITE)
                .build());
    Device display = broker.register("display", STRICT);
    SharedBuffer frame = broker.export("frame", ImageSpec.of(64, 64, PixelFormat.NV12));
    SharedBuffer other = broker.export("frame", BlobSpec.of(100));
    Attachment in = frame.attach(camera);
    in.map(Access.OVERWRITE).close();
    Attachment out = frame.attach(display);
    try (Mapping mapping = out.map(Access.READ)) {
      assertEquals("cma", mapping.heapName());
    }
    out.close();
    out.close();
    display.close();
    Attachment again = other.attach(broker.register("display", Constraints.none()));
    other.close();
    again.map(Access.READ).close();
    again.close();
    in.close();
    frame.close();
  }

  @Test
  void notesWhatWasDone() {
    try (Broker broker = broker(recorder)) {
      tinyScenario(broker);
    }
    assertEquals(
        List.of(
            "register camera WRITE 20000 none",
            "register display READ_WRITE default contiguous",
            "export frame image 64x64 NV12",
            "export frame~2 blob 100",
            "attach frame camera",
            "map m1 frame camera OVERWRITE granted 0",
            "unmap m1",
            "attach frame display",
            "map m2 frame display READ granted 0",
            "unmap m2",
            "detach frame display",
            "register display READ_WRITE default none",
            "attach frame~2 display",
            "close frame~2",
            "map m3 frame~2 display READ granted 0",
            "unmap m3",
            "detach frame~2 display",
            "detach frame camera",
            "close frame"),
        withoutTimes(recorder.trace()));
  }

  @Test
  void playingATraceDoesTheSame() throws TraceException {
    try (Broker broker = broker(recorder)) {
      tinyScenario(broker);
    }
    Trace recorded = recorder.trace();
    assertEquals(recorded, Trace.parse(recorded.text()));

    TraceRecorder second = recorder();
    SettlingPacer pacer = new SettlingPacer(Long.MAX_VALUE);
    try (Broker broker = broker(second)) {
      Player player =
          new Player(
              broker, recorded, pacer, new Tally(recorded, pacer::micros), (heap, bytes) -> {});
      pacer.watch(player::pending);
      player.play();
    }
    assertEquals(withoutTimes(recorded), withoutTimes(second.trace()));
  }

  private static List<String> withoutTimes(Trace trace) {
    return trace.operations().stream()
        .map(each -> each instanceof Operation.Map map ? map.ended(map.granted(), 0) : each)
        .map(Operation::text)
        .toList();
  }

  @Test
  void aMapThatIsCancelledFailsAndIsNeverUnmapped() {
    try (Broker broker = broker(recorder)) {
      SharedBuffer frame = broker.export("frame", BlobSpec.of(100));
      Attachment in = frame.attach(broker.register("camera", Constraints.none()));
      try (Mapping held = in.map(Access.WRITE)) {
        assertTrue(held.isOpen());
        Attachment out = frame.attach(broker.register("display", STRICT));
        CompletableFuture<Mapping> future = out.mapAsync(Access.READ);
        assertTrue(future.cancel(false));
      }
    }
    List<String> noted = withoutTimes(recorder.trace());
    assertTrue(noted.contains("map m2 frame display READ failed 0"), noted::toString);
    assertFalse(noted.contains("unmap m2"), noted::toString);
  }

  @Test
  void aTryThatIsNotGrantedFails() {
    try (Broker broker = broker(recorder)) {
      SharedBuffer frame = broker.export("frame", BlobSpec.of(100));
      Attachment in = frame.attach(broker.register("camera", Constraints.none()));
      assertTrue(in.tryMap(Access.READ).isEmpty());
      in.map(Access.READ).close();
      in.tryMap(Access.READ).orElseThrow().close();
    }
    List<String> noted = withoutTimes(recorder.trace());
    assertTrue(noted.contains("map m1 frame camera READ failed 0"), noted::toString);
    assertTrue(noted.contains("map m3 frame camera READ granted 0"), noted::toString);
    assertTrue(noted.contains("unmap m3"), noted::toString);
  }

  @Test
  void whatATraceCannotSayIsRefusedBeforeItIsDone() {
    try (Broker broker = broker(recorder)) {
      assertThrows(
          IllegalArgumentException.class, () -> broker.register("a camera", Constraints.none()));
      assertThrows(
          IllegalArgumentException.class,
          () -> broker.register(DeviceSpec.builder("camera").dispensable().build()));
      assertThrows(
          IllegalArgumentException.class,
          () -> broker.register("camera", Constraints.builder().peerToPeer().build()));
      assertThrows(
          IllegalArgumentException.class, () -> broker.export("a frame", BlobSpec.of(100)));
      assertTrue(broker.snapshot().devices().isEmpty());
      assertTrue(broker.snapshot().buffers().isEmpty());
    }
  }

  @Test
  void aClockThatIsSetBackStandsStill() {
    clock.set(100);
    recorder.close("a");
    clock.set(50);
    recorder.close("b");
    assertEquals(
        List.of(101L, 101L),
        recorder.trace().operations().stream().map(Operation::micros).toList());
  }
}
