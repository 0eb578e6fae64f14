package dev.dmabroker.simulated;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dmabroker.internal.broker.SimulatedDuel;
import dev.dmabroker.internal.broker.SimulatedSoak;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Mistakes that are made on purpose, and how many seeds of the simulated soak it takes until each
 * is found. It runs for {@code -Ddmabroker.simulated.mistakes} (an ISO duration for each); by
 * default it only makes sure that each can be made.
 */
class MistakesTest {
  private static final Duration LENGTH =
      Duration.parse(System.getProperty("dmabroker.simulated.mistakes", "PT0S"));

  private static final String WANTED = System.getProperty("dmabroker.simulated.mistake", ".*");

  /** It is full of faults; a logger that is not referred to forgets its level. */
  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");

  /** One of so many seeds is of the soak, which takes longer, the others are of duels. */
  private static final int SOAKED = 16;

  @BeforeAll
  static void quiet() {
    LOG.setLevel(Level.OFF);
  }

  /** The texts that are edited are there, and what comes of it compiles. */
  @Test
  void eachMistakeCanBeMade(@TempDir Path work) throws IOException {
    for (Mistake mistake : Mistake.values()) {
      assertFalse(Mutant.of(mistake, work.resolve(mistake.name())).isEmpty(), mistake.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void seedsUntilItIsFound(Mistake mistake, @TempDir Path work) throws Exception {
    if (LENGTH.isZero() || !mistake.name().matches(WANTED)) {
      return;
    }
    Map<String, byte[]> mutant = Mutant.of(mistake, work);
    SwitchLoader loader = new SwitchLoader(mutant);
    List<Trial> trials =
        List.of(loader.trial(SimulatedDuel.class), loader.trial(SimulatedSoak.class));
    long start = System.nanoTime();
    long seed = 0;
    String found = "";
    while (found.isEmpty() && System.nanoTime() - start < LENGTH.toNanos()) {
      seed++;
      try {
        String unused = trials.get(seed % SOAKED == 0 ? 1 : 0).run(seed);
      } catch (Exception e) {
        found = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      }
    }
    System.out.printf(
        Locale.ROOT,
        "mistake %-20s %s %4d seeds, %.1f s: %.400s%n",
        mistake,
        found.isEmpty() ? "not found in" : "found after ",
        seed,
        (System.nanoTime() - start) / 1e9,
        found);
  }
}
