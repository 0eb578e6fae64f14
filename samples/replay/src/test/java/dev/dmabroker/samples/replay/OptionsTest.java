package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.samples.options.CommandLines;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  private final Options options = new Options();

  private void parse(String... args) {
    CommandLines.of(options).parseArgs(args);
  }

  @Test
  void aTraceIsPlayedAgainstEveryHeuristic() {
    parse("a");
    assertEquals(Optional.of("a"), options.trace);
    assertEquals(Choice.NAMES, options.heuristics());
    assertEquals(Costs.USUAL, options.costs(Costs.USUAL));
    assertEquals(List.of(), options.record);
  }

  @Test
  void heuristicsAreThoseAskedFor() {
    parse("--heuristic", "sticky", "a", "--copy", "7", "--heuristic", "first-fit");
    assertEquals(Optional.of("a"), options.trace);
    assertEquals(List.of("sticky", "first-fit"), options.heuristics());
    assertEquals(new Costs(7, 2, 3), options.costs(new Costs(1, 2, 3)));
  }

  @Test
  void aSearchIsOverAllKindsUnlessOneIsNamed() {
    parse("--search", "--seeds", "3", "--seed", "5", "--by", "scarce,moves");
    assertEquals(List.of(Criterion.SCARCE, Criterion.MOVES), options.search.criteria);
    assertEquals(15, options.search.workloads(options.workload).size());
    assertEquals(Candidates.names(), options.candidates());
  }

  @Test
  void aSearchTriesWhatIsAskedForAndTheDefault() {
    parse("--search", "--seeds", "2", "--generate", "bursts", "--heuristic", "sticky:2");
    assertEquals(
        List.of("bursts-1", "bursts-2"),
        options.search.workloads(options.workload).stream().map(Workload::name).toList());
    assertEquals(List.of("sticky:2", "least-cost"), options.candidates());
  }

  @Test
  void aScenarioIsRecordedInsteadOfPlayed() {
    parse("--record", "a", "b");
    assertEquals(Optional.empty(), options.trace);
    assertEquals(List.of("a", "b"), options.record);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--copy 2",
        "a b",
        "a --drain",
        "late-encoder --drain -1",
        "a --allocate fast",
        "a --heuristic none",
        "a --colour",
        "a --record",
        "--record none file",
        "--record late-encoder file --copy 2",
        "a --record late-encoder file",
        "--generate clouds",
        "--generate bursts a",
        "--generate bursts --devices 3",
        "--generate bursts --seed x",
        "late-encoder --out b",
        "--search a",
        "--search --out b",
        "--search --by beauty",
        "--search --threads 0",
        "--search --heuristic sticky:x",
      })
  void refusesOtherCommandLines(String line) {
    assertEquals(2, Replay.run(line.split(" ", -1)));
  }
}
