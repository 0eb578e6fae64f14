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
    assertEquals(Choice.NAMES, options.heuristics);
    assertEquals(1, options.speed);
    assertEquals(List.of(), options.record);
  }

  @Test
  void heuristicsAreThoseAskedFor() {
    parse("--heuristic", "sticky", "a", "--speed", "2.5", "--heuristic", "first-fit");
    assertEquals(Optional.of("a"), options.trace);
    assertEquals(List.of("sticky", "first-fit"), options.heuristics);
    assertEquals(2.5, options.speed);
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
        "--speed 2",
        "a b",
        "a --speed",
        "a --speed fast",
        "a --speed 0",
        "a --heuristic none",
        "a --colour",
        "a --record",
        "--record none file",
        "--record late-encoder file --speed 2",
        "a --record late-encoder file",
      })
  void refusesOtherCommandLines(String line) {
    assertEquals(2, Replay.run(line.split(" ", -1)));
  }
}
