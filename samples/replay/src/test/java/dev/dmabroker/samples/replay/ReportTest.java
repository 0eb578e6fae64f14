package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Holder;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.PlacementHeuristic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Result RESULT =
      new Result(
          "sticky",
          12,
          3 << 20,
          2,
          1,
          7,
          4,
          List.of(new Result.Amount("system", 1 << 20), new Result.Amount("cma", 0)),
          List.of(new Result.Amount("cma", 1 << 19)),
          1500,
          2500,
          5,
          6,
          new Course(1, List.of(), List.of(), List.of()));

  @Test
  void theLastLineIsForPrograms() {
    assertEquals(
        "result: trace=a heuristic=sticky moves=12 copied=3145728 refusals=2 peak_system=1048576"
            + " peak_cma=0 stall_us=1500 dropped=5 missed=6 evictions=1 rolled_back=4"
            + " waited_us=2500 returns=7 mean_cma=524288",
        RESULT.line("a"));
  }

  @Test
  void theTableIsAligned() {
    assertEquals(
        List.of(
            "heuristic  moves   copied  refusals  evictions  returns  peak system  peak cma  mean"
                + " cma   stall  waited  dropped  missed  rolled back",
            "sticky        12  3.0 MiB         2          1        7      1.0 MiB   0.0 MiB   0.5"
                + " MiB  1.5 ms  2.5 ms        5       6            4"),
        Table.of(List.of(RESULT)));
  }

  /** A heuristic that wants every resident out. */
  private static final class EvictAll implements PlacementHeuristic {
    @Override
    public String name() {
      return "evict-all";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return List.of();
    }

    @Override
    public Eviction evict(Crowded crowded) {
      return new Eviction(crowded.residents().stream().map(Resident::id).toList(), 1);
    }
  }

  @Test
  void aMoveThatTheHeuristicWantedIsAnEviction() {
    Tally tally = new Tally(new Trace(List.of(), 1, Costs.USUAL, List.of()), () -> 0);
    PlacementHeuristic watched = tally.watch(new EvictAll());
    HeapInfo cma = new HeapInfo("cma", Set.of(), "other", HeapTraits.builder().build());
    watched.evict(
        new PlacementHeuristic.Crowded(
            new PlacementHeuristic.HeapLoad(cma, 1, 1, 0),
            1,
            List.of(new PlacementHeuristic.Resident(1, "idle", 1, Duration.ZERO, List.of()))));
    tally.moved(move("busy", "cma"));
    tally.moved(move("idle", "cma"));
    tally.moved(move("idle", "system"));
    tally.moved(move("idle", "cma"));
    Result result = tally.result(Choice.named("pressure"), List.of());
    assertEquals(4, result.moves());
    assertEquals(1, result.evictions());
  }

  private static BufferMove move(String buffer, String from) {
    return new Moved(
        buffer,
        from,
        Optional.of("elsewhere"),
        BufferMove.Cause.ATTACH,
        "display",
        2,
        1,
        6,
        1,
        1,
        1,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Optional.empty(),
        List.of());
  }

  private record Moved(
      String buffer,
      String from,
      Optional<String> to,
      BufferMove.Cause cause,
      String beneficiary,
      long generation,
      int attempt,
      int maxAttempts,
      long sizeBytes,
      long copiedBytes,
      long placedBytes,
      Duration prepare,
      Duration stall,
      Duration drain,
      Duration deadline,
      Duration copy,
      Duration backOff,
      Optional<String> failure,
      List<Holder> holders)
      implements BufferMove {}
}
