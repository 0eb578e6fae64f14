package dev.dmabroker.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.broker.SimulatedDuel;
import dev.dmabroker.internal.broker.SimulatedSoak;
import dev.dmabroker.internal.broker.SimulatedStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Soaks in a simulated world, seed after seed: of buffers, of one buffer in tight races, and of
 * streams; together for {@code -Ddmabroker.simulated} (an ISO duration) from {@code
 * -Ddmabroker.simulated.seed}. A seed that fails is printed, and fails again.
 */
class SimulatedSoakTest {
  private static final Duration LENGTH =
      Duration.parse(System.getProperty("dmabroker.simulated", "PT4S"));

  /** Seeds that failed once, a line each, and why. */
  private static final Path CORPUS = Path.of("src/test/resources/simulated-seeds.txt");

  /** It is full of faults; a logger that is not referred to forgets its level. */
  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");

  /** The kinds of trials; the corpus names them. */
  private static final Map<String, Class<? extends Trial>> KINDS =
      Map.of(
          "buffers", SimulatedSoak.class,
          "duel", SimulatedDuel.class,
          "streams", SimulatedStreams.class);

  private static final Map<String, Trial> TRIALS = new HashMap<>();

  @BeforeAll
  static void load() throws Exception {
    LOG.setLevel(Level.OFF);
    for (Map.Entry<String, Class<? extends Trial>> kind : KINDS.entrySet()) {
      TRIALS.put(kind.getKey(), SwitchLoader.trial(kind.getValue(), Map.of()));
    }
  }

  private static String run(String kind, long seed) {
    try {
      return Objects.requireNonNull(TRIALS.get(kind), kind).run(seed);
    } catch (Throwable e) {
      throw new AssertionError(
          "-Ddmabroker.simulated.seed="
              + seed
              + " of "
              + kind
              + " fails each time: "
              + e.getMessage(),
          e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"buffers", "duel", "streams"})
  void equalSeedsGiveEqualRuns(String kind) {
    for (long seed = 1; seed <= 2; seed++) {
      assertEquals(run(kind, seed), run(kind, seed), "seed " + seed);
    }
  }

  @Test
  void seedsThatFailedOnceDoNotFailAgain() throws IOException {
    for (String line : Files.readAllLines(CORPUS)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.split(" ", 3);
        String unused = run(words[0], Long.parseLong(words[1]));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"buffers", "duel", "streams"})
  void nothingIsLostAndNothingHangs(String kind) {
    long first = Long.getLong("dmabroker.simulated.seed", System.nanoTime());
    long start = System.nanoTime();
    long simulatedNanos = 0;
    long steps = 0;
    long seed = first;
    do {
      String report = run(kind, seed++);
      simulatedNanos += figure(report, "nanos");
      steps += figure(report, "steps");
    } while (System.nanoTime() - start < LENGTH.toNanos() / KINDS.size());
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "simulated %s: seeds %d to %d, %.1f a second, %d switches of threads, %.4f pipeline-hours"
            + " in %.1f s%n",
        kind,
        first,
        seed - 1,
        (seed - first) / seconds,
        steps,
        simulatedNanos / 3600e9,
        seconds);
    assertTrue(steps > 0);
  }

  private static long figure(String report, String name) {
    String from = report.substring(report.indexOf(" " + name + "=") + name.length() + 2);
    return Long.parseLong(from.split(" ", 2)[0]);
  }
}
