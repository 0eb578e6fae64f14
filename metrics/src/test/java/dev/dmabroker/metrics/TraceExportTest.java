package dev.dmabroker.metrics;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.ScriptedHeap;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TraceExportTest {
  private static final int SIZE = 4096;

  private final AtomicLong clock = new AtomicLong(1_000_000);
  private final TraceExport trace = new TraceExport(clock::get);

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private static TraceCheck written(TraceExport trace) throws IOException {
    StringWriter out = new StringWriter();
    trace.write(out);
    return TraceCheck.of(new ObjectMapper().readTree(out.toString()));
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  private static BufferMove move(String buffer, Optional<String> failure) {
    return new TestEvents.Moved(
        buffer,
        "system",
        Optional.of("cma"),
        BufferMove.Cause.ATTACH,
        "display",
        2,
        1,
        6,
        SIZE,
        SIZE,
        SIZE,
        ms(10),
        ms(5),
        ms(2),
        ms(30),
        ms(3),
        Duration.ZERO,
        failure,
        List.of());
  }

  @Test
  void anEmptyTraceIsOne() throws IOException {
    assertEquals(0, written(trace).slices().size());
  }

  @Test
  void aMoveIsASliceWithItsPartsAndAnArrowToWhoWaited() throws IOException {
    pass(ms(50));
    trace.allocated(new TestEvents.Allocated("frame", "system", SIZE, ms(1)));
    pass(ms(50));
    trace.released(new TestEvents.Released("frame", "system", SIZE));
    trace.moved(move("frame", Optional.empty()));
    pass(Duration.ofNanos(1500));
    trace.stalled(new TestEvents.Stalled("frame", "display", ms(7), true));
    TraceCheck check = written(trace);
    assertEquals(
        List.of(
            "allocate in system 49000+1000",
            "system to cma 85000+15000",
            "prepare 85000+10000",
            "wait for frame 93001.5+7000",
            "stall 95000+5000",
            "drain 95000+2000",
            "copy 97000+3000"),
        check.slices());
    assertEquals(List.of("frame:system to cma > display:wait for frame"), check.arrows());
    assertEquals(List.of("system=4096", "system=0", "cma=4096"), check.counters());
  }

  @Test
  void aLaneHasSoManyRowsAtMost() throws IOException {
    pass(ms(100));
    for (int i = 0; i < 1100; i++) {
      trace.stalled(new TestEvents.Stalled("frame", "display", ms(20), true));
    }
    StringWriter out = new StringWriter();
    trace.write(out);
    String rows = "\"tid\": \\d+,\"args\": \\{\"name\": \"display";
    assertEquals(1000, Pattern.compile(rows).matcher(out.toString()).results().count());
  }

  @Test
  void whoWaitedForSomethingElseGetsNoArrow() throws IOException {
    pass(ms(100));
    trace.moveRolledBack(move("frame", Optional.of("full")));
    trace.stalled(new TestEvents.Stalled("other", "display", ms(7), true));
    pass(ms(100));
    trace.stalled(new TestEvents.Stalled("frame", "display", ms(7), true));
    TraceCheck check = written(trace);
    assertEquals(List.of(), check.arrows());
    assertTrue(check.slices().get(0).startsWith("rolled back: system to cma"), check::toString);
    assertEquals(List.of(), check.counters(), "it lies where it lay");
  }

  @Test
  void whatOverlapsGetsARowOfItsOwn() throws IOException {
    pass(ms(100));
    for (int i = 0; i < 3; i++) {
      trace.stalled(new TestEvents.Stalled("frame-" + i, "display", ms(20), true));
      pass(ms(1));
    }
    pass(ms(100));
    trace.stalled(new TestEvents.Stalled("frame-0", "display", ms(20), false));
    TraceCheck check = written(trace);
    assertEquals(List.of("display", "display (2)", "display (3)"), check.lanes("devices"));
    assertEquals("wait in vain for frame-0 183000+20000", check.slices().get(3));
  }

  @Test
  void aStreamsDepthIsACounter() throws IOException {
    trace.streamResized(new TestEvents.Resized("video", 0, 2, 2 * SIZE, "declared"));
    trace.streamResized(new TestEvents.Resized("video", 2, 3, 3 * SIZE, "grown"));
    TraceCheck check = written(trace);
    assertEquals(List.of("video=2", "video=3"), check.counters());
    assertEquals(List.of("video"), check.lanes("streams"));
    StringWriter out = new StringWriter();
    trace.write(out);
    assertTrue(out.toString().contains("{\"buffers\": 3}"), out::toString);
  }

  @Test
  void aDeviceThatNeverWaitsHasItsLane() throws IOException {
    TraceExport real = new TraceExport();
    try (Broker broker =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heuristic(new FirstFit())
            .listener(real, Delivery.IN_PLACE)
            .build()) {
      Device viewer = broker.register("viewer", Constraints.none());
      Attachment unused = broker.export(BlobSpec.of(SIZE)).attach(viewer);
    }
    assertEquals(List.of("viewer"), written(real).lanes("devices"));
  }

  @Test
  void whatTookLongerThanTheTraceBeginsWithIt() throws IOException {
    pass(ms(3));
    trace.stalled(new TestEvents.Stalled("frame", "display", ms(20), true));
    trace.moved(move("frame", Optional.empty()));
    TraceCheck check = written(trace);
    assertTrue(check.slices().contains("wait for frame 0+3000"), check::toString);
    assertTrue(check.slices().contains("copy 0+3000"), check::toString);
  }

  @Test
  void aRealBrokersTraceHolds() throws Exception {
    TraceExport real = new TraceExport();
    CountDownLatch moved = new CountDownLatch(4);
    CountDownLatch waited = new CountDownLatch(4);
    BrokerListener after =
        new BrokerListener() {
          @Override
          public void moved(BufferMove event) {
            moved.countDown();
          }

          @Override
          public void stalled(MapStalled event) {
            waited.countDown();
          }
        };
    try (Broker broker =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heap(ScriptedHeap.cma())
            .heuristic(new FirstFit())
            .listener(real, Delivery.IN_PLACE)
            .listener(after, Delivery.IN_PLACE)
            .build()) {
      Device camera =
          broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      List<Attachment> in = new ArrayList<>();
      List<Mapping> held = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        in.add(broker.export("frame-" + i, BlobSpec.of(SIZE)).attach(camera));
        held.add(in.get(i).map(Access.WRITE));
      }
      List<Attachment> out = new ArrayList<>();
      for (Attachment each : in) {
        out.add(each.buffer().attach(display));
      }
      var waiting = out.stream().map(each -> each.mapAsync(Access.READ)).toList();
      held.forEach(Mapping::close);
      for (var each : waiting) {
        each.get(30, SECONDS).close();
      }
      assertTrue(moved.await(30, SECONDS));
      assertTrue(waited.await(30, SECONDS));
    }
    TraceCheck check = written(real);
    assertEquals(List.of("frame-0", "frame-1", "frame-2", "frame-3"), check.lanes("buffers"));
    assertEquals(List.of("camera", "display"), check.lanes("devices").subList(0, 2));
    assertEquals(4, check.arrows().size(), check::toString);
    assertEquals(4L, check.slices().stream().filter(it -> it.startsWith("system to cma")).count());
    assertTrue(check.counters().contains("cma=" + 4 * SIZE), check::toString);
    assertEquals("cma=0", last(check.counters(), "cma"));
    assertEquals("system=0", last(check.counters(), "system"));
  }

  private static String last(List<String> counters, String heap) {
    List<String> own = counters.stream().filter(it -> it.startsWith(heap + "=")).toList();
    return own.get(own.size() - 1);
  }

  @Test
  void theFormatIsTheOneThatIsDocumented() throws IOException {
    trace.stalled(new TestEvents.Stalled("a \"b\"", "display", Duration.ZERO, true));
    StringWriter out = new StringWriter();
    trace.write(out);
    JsonNode root = new ObjectMapper().readTree(out.toString());
    assertEquals("ms", root.get("displayTimeUnit").textValue());
    assertEquals(0, root.at("/otherData/eventsNotKept").intValue());
    assertTrue(out.toString().contains("wait for a \\\"b\\\""), out::toString);
  }
}
