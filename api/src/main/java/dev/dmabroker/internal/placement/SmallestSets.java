package dev.dmabroker.internal.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Looks for the smallest sets of units that meet a condition, by trying sets of one, two, three
 * units, and so on, as long as that takes no longer than {@link #MAX_TRIALS} and {@link #MAX_WORK}.
 */
final class SmallestSets {
  private static final int MAX_TRIALS = 30_000;
  private static final long MAX_WORK = 2_000_000;

  private final ConflictUnits units;
  private final Predicate<BitSet> condition;
  private final int most;
  private final int trialsBefore;
  private final List<BitSet> found = new ArrayList<>();
  private final BitSet chosen = new BitSet();

  private SmallestSets(ConflictUnits units, Predicate<BitSet> condition, int most) {
    this.units = units;
    this.condition = condition;
    this.most = most;
    this.trialsBefore = units.trials();
  }

  /**
   * Returns the smallest sets, at most {@code most} of them; an empty list if it takes too long to
   * find one.
   */
  static List<BitSet> of(ConflictUnits units, Predicate<BitSet> condition, int most) {
    SmallestSets search = new SmallestSets(units, condition, most);
    boolean going = true;
    for (int size = 1; size <= units.size() && going && search.found.isEmpty(); size++) {
      going = search.tryAll(size, 0);
    }
    return search.found;
  }

  /**
   * Adds {@code size} units with numbers of at least {@code from}, in every way. Returns false if
   * that takes too long.
   */
  private boolean tryAll(int size, int from) {
    if (found.size() >= most) {
      return true;
    }
    int trials = units.trials() - trialsBefore;
    if (trials > MAX_TRIALS || (long) trials * units.size() > MAX_WORK) {
      return false;
    }
    if (size == 0) {
      if (condition.test(chosen)) {
        found.add((BitSet) chosen.clone());
      }
      return true;
    }
    for (int i = from; i <= units.size() - size; i++) {
      chosen.set(i);
      boolean going = tryAll(size - 1, i + 1);
      chosen.clear(i);
      if (!going) {
        return false;
      }
    }
    return true;
  }
}
