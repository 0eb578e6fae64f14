package dev.dmabroker.internal.placement;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what a search has explored, so that equal work is done once: what can come of a branch
 * depends on what its devices require together, and not on which alternatives require it. Devices
 * whose alternatives differ in little, for example in counts of buffers alone, make many branches
 * and few different demands.
 */
final class Explored {
  private final boolean usable;
  private final List<Map<Demand, Score>> depths;

  /** Holds how good the way to a branch was. */
  private record Score(int leftOut, long penalty) {
    boolean isNoWorseThan(Score other) {
      return leftOut <= other.leftOut && penalty <= other.penalty;
    }
  }

  /** Begins a search over these devices, of which nothing is explored yet. */
  Explored(List<? extends Participant> participants) {
    // What is wished comes from the alternatives themselves, so it must not depend on the choice.
    usable = participants.stream().allMatch(Explored::wishesAlike);
    depths = participants.stream().<Map<Demand, Score>>map(each -> new HashMap<>()).toList();
  }

  private static boolean wishesAlike(Participant device) {
    List<Alternative> alternatives = device.alternatives();
    return alternatives.stream().map(Alternative::wishes).distinct().count() <= 1
        && (!device.isDispensable() || alternatives.get(0).wishes().isEmpty());
  }

  /**
   * Tells whether a branch with that demand was explored from no worse a score; if not, it counts
   * as explored from now on.
   *
   * @param next the number of the device that would be looked at next
   */
  boolean contains(int next, @Nullable Demand demand, int leftOut, long penalty) {
    if (!usable || demand == null || next >= depths.size()) {
      return false;
    }
    Map<Demand, Score> known = depths.get(next);
    Score score = new Score(leftOut, penalty);
    Score before = known.get(demand);
    if (before != null && before.isNoWorseThan(score)) {
      return true;
    }
    if (before == null || score.isNoWorseThan(before)) {
      known.put(demand, score);
    }
    return false;
  }
}
