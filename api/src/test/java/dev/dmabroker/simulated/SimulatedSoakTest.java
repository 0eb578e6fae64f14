package dev.dmabroker.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.broker.SimulatedSoak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The soak in a simulated world, seed after seed, for {@code -Ddmabroker.simulated} (an ISO
 * duration) from {@code -Ddmabroker.simulated.seed}. A seed that fails is printed, and fails again.
 */
class SimulatedSoakTest {
  private static final Duration LENGTH =
      Duration.parse(System.getProperty("dmabroker.simulated", "PT4S"));

  /** Seeds that failed once, a line each, and why. */
  private static final Path CORPUS = Path.of("src/test/resources/simulated-seeds.txt");

  /** It is full of faults; a logger that is not referred to forgets its level. */
  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");

  private static Trial soak;

  @BeforeAll
  static void load() throws Exception {
    LOG.setLevel(Level.OFF);
    soak = SwitchLoader.trial(SimulatedSoak.class, Map.of());
  }

  private static String run(long seed) {
    try {
      return soak.run(seed);
    } catch (Throwable e) {
      throw new AssertionError(
          "-Ddmabroker.simulated.seed=" + seed + " fails each time: " + e.getMessage(), e);
    }
  }

  @Test
  void equalSeedsGiveEqualRuns() {
    for (long seed = 1; seed <= 5; seed++) {
      assertEquals(run(seed), run(seed), "seed " + seed);
    }
  }

  @Test
  void seedsThatFailedOnceDoNotFailAgain() throws IOException {
    for (String line : Files.readAllLines(CORPUS)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String unused = run(Long.parseLong(line.split(" ", 2)[0]));
      }
    }
  }

  @Test
  void nothingIsLostAndNothingHangs() {
    long first = Long.getLong("dmabroker.simulated.seed", System.nanoTime());
    long start = System.nanoTime();
    List<Long> simulatedNanos = new ArrayList<>();
    long steps = 0;
    long seed = first;
    do {
      String report = run(seed++);
      simulatedNanos.add(figure(report, "nanos"));
      steps += figure(report, "steps");
    } while (System.nanoTime() - start < LENGTH.toNanos());
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "simulated soak: seeds %d to %d, %.1f a second, %d switches of threads, %.1f simulated s"
            + " in %.1f s%n",
        first,
        seed - 1,
        simulatedNanos.size() / seconds,
        steps,
        simulatedNanos.stream().mapToLong(nanos -> nanos).sum() / 1e9,
        seconds);
    assertTrue(steps > 0);
  }

  private static long figure(String report, String name) {
    String from = report.substring(report.indexOf(" " + name + "=") + name.length() + 2);
    return Long.parseLong(from.split(" ", 2)[0]);
  }
}
