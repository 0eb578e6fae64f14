package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final List<TraceHeap> HEAPS =
      List.of(TraceHeap.scattered("system"), TraceHeap.contiguous("cma", 1 << 20));

  private final AtomicLong micros = new AtomicLong();

  /** A trace that lasts so long. */
  private static Trace lasting(long micros) {
    return new Trace(HEAPS, 1, Costs.USUAL, List.of(new Operation.Close(micros, "a")));
  }

  @Test
  void aCourseHasWhatHappenedByTheEndOfEachStep() {
    CourseRecorder recorder = new CourseRecorder(lasting(2999), micros::get);
    recorder.moved();
    micros.set(25);
    recorder.held("cma", 100);
    recorder.held("cma", -40);
    recorder.held("system", 7);
    recorder.refused();
    micros.set(45);
    recorder.moved();
    recorder.held("cma", -60);
    micros.set(2999);
    Course course = recorder.course();
    assertEquals(10, course.stepMicros());
    assertEquals(List.of(1L, 1L, 1L, 1L, 2L, 2L), course.moves().subList(0, 6));
    assertEquals(List.of(0L, 0L, 1L, 1L), course.refusals().subList(0, 4));
    assertEquals(List.of(0L, 0L, 100L, 60L, 60L, 0L), course.scarceBytes().subList(0, 6));
    assertEquals(2, course.moves().get(299));
  }

  @Test
  void whatComesAfterTheTraceBelongsToTheLastStep() {
    CourseRecorder recorder = new CourseRecorder(lasting(2999), micros::get);
    micros.set(100_000);
    recorder.moved();
    assertEquals(List.of(0L, 1L), recorder.course().moves().subList(298, 300));
  }

  @Test
  void aChartHasALineOfEachPlayingInEachPanel() throws Exception {
    Trace trace = new Workload(Kind.BURSTS, 1, 8, 60, 4, 16 << 20).trace();
    List<Result> results =
        List.of(
            Performance.of(trace, Choice.named("least-cost")),
            Performance.of(trace, Choice.named("first-fit+return-idle")));
    String svg = Chart.of("a<&", results);
    for (String line : List.of("line c0", "line c1")) {
      assertEquals(4, svg.split("class=\"" + line + "\"", -1).length - 1, "legend and panels");
    }
    assertTrue(svg.contains(">first-fit+return-idle</text>"), svg);
    assertTrue(svg.contains(">a&lt;&amp;</text>"), svg);
    assertTrue(svg.contains("prefers-color-scheme: dark"), svg);
    assertEquals(svg, Chart.of("a<&", results));
  }
}
