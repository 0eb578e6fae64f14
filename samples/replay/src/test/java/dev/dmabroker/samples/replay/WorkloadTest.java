package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkloadTest {
  private static final int DEVICES = 9;
  private static final int BUFFERS = 50;

  private static Workload of(Kind kind, long seed) {
    return new Workload(kind, seed, DEVICES, BUFFERS, 5, 8 << 20);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void itsTraceIsOneThatCanBeRead(Kind kind) throws TraceException {
    Trace trace = of(kind, 1).trace();
    assertEquals(trace, Trace.parse(trace.text()));
    assertEquals(BUFFERS, trace.count(Operation.Export.class));
    assertEquals(BUFFERS, trace.count(Operation.Close.class));
    assertEquals(trace.count(Operation.Map.class), trace.count(Operation.Unmap.class));
    assertEquals(trace.count(Operation.Attach.class), trace.count(Operation.Detach.class));
    assertTrue(trace.durationMicros() > 2_500_000, "streams begin over all of the time");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void equalSeedsGiveEqualTraces(Kind kind) {
    assertEquals(of(kind, 1).trace(), of(kind, 1).trace());
    assertNotEquals(of(kind, 1).trace(), of(kind, 2).trace());
  }

  @Test
  void whatIsWrittenIsItsTraceWithTheCosts(@TempDir Path folder) throws Exception {
    Workload workload = of(Kind.BURSTS, 3);
    Path file = folder.resolve("a.trace");
    Costs costs = new Costs(1, 2, 3);
    workload.write(costs, file);
    assertEquals(workload.trace().with(costs).text(), Files.readString(file));
  }

  @Test
  void everyDeviceIsThereFromTheBeginning() {
    List<String> devices =
        of(Kind.LATE_DEVICES, 1).trace().operations().stream()
            .filter(Operation.Register.class::isInstance)
            .map(each -> ((Operation.Register) each).device())
            .toList();
    assertEquals(
        List.of(
            "camera-1",
            "camera-2",
            "camera-3",
            "viewer-1",
            "viewer-2",
            "display-1",
            "display-2",
            "decoder-1",
            "decoder-2"),
        devices);
  }

  @Test
  void camerasComeBack() {
    assertTrue(of(Kind.CAMERAS, 1).trace().count(Operation.Register.class) > DEVICES);
  }

  @Test
  void othersGiveBackAllThatTheyTook() {
    List<Operation.Others> others =
        of(Kind.CONTIGUOUS_PRESSURE, 1).trace().operations().stream()
            .filter(Operation.Others.class::isInstance)
            .map(Operation.Others.class::cast)
            .toList();
    assertTrue(others.stream().anyMatch(each -> each.bytes() > 0));
    assertEquals(0, others.get(others.size() - 1).bytes());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aPlayingGivesEqualFiguresEachTime(Kind kind) throws Exception {
    Trace trace = of(kind, 4).trace();
    for (String heuristic : Choice.NAMES) {
      Result result = Performance.of(trace, Choice.named(heuristic));
      assertEquals(result.line("a"), Performance.of(trace, Choice.named(heuristic)).line("a"));
    }
  }

  @Test
  void whatOthersHoldBuffersDoNotGet() throws Exception {
    String others =
        """
        dmabroker-trace 1
        heap cma contiguous 8192
        deadline 50
        costs copy 0 allocate 0 drain 0
        0 register decoder WRITE default contiguous
        0 export a blob 8192
        0 attach a decoder
        1 others cma 4096
        2 map m1 a decoder OVERWRITE granted 0
        3 unmap m1
        4 others cma 0
        5 map m2 a decoder OVERWRITE granted 0
        6 unmap m2
        """;
    Result result = Performance.of(Trace.parse(others), Choice.named("least-cost"));
    assertEquals(1, result.refusals());
    assertEquals(1, result.dropped());
    assertEquals(List.of(new Result.Amount("cma", 8192)), result.peaks());
  }
}
