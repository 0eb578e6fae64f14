package dev.dmabroker.simulated;

import dev.dmabroker.internal.broker.SimulatedDuel;
import dev.dmabroker.internal.broker.SimulatedSoak;
import dev.dmabroker.internal.broker.SimulatedStreams;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The kinds of trials, which the corpus names, in a copy of the library of their own. So one thread
 * may run the trials of one copy while another runs those of the next.
 */
final class Trials {
  private static final Map<String, Class<? extends Trial>> KINDS =
      Map.of(
          "buffers", SimulatedSoak.class,
          "duel", SimulatedDuel.class,
          "streams", SimulatedStreams.class);

  private final Map<String, Trial> byKind = new HashMap<>();

  Trials() throws ReflectiveOperationException {
    SwitchLoader loader = new SwitchLoader(Map.of());
    for (Map.Entry<String, Class<? extends Trial>> kind : KINDS.entrySet()) {
      byKind.put(kind.getKey(), loader.trial(kind.getValue()));
    }
  }

  /** Returns how many kinds there are. */
  static int kinds() {
    return KINDS.size();
  }

  /**
   * Runs one trial, and returns its report.
   *
   * @throws AssertionError if it fails; its text says how to run it again
   */
  String run(String kind, long seed) {
    try {
      return Objects.requireNonNull(byKind.get(kind), kind).run(seed);
    } catch (Throwable e) {
      throw new AssertionError(
          "seed %d of %s fails each time; run it again with%n".formatted(seed, kind)
              + "mvn -pl api test -Dtest=SimulatedSoakTest -Ddmabroker.simulated=PT1S"
              + " -Ddmabroker.simulated.seed="
              + seed
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
