package dev.dmabroker.internal.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Looks for the smallest sets of units that meet a condition, by trying sets of one, two, three
 * units, and so on, as long as the budget lasts. The condition draws on that budget too.
 */
final class SmallestSets {
  private final int units;
  private final SearchBudget budget;
  private final Predicate<BitSet> condition;
  private final int most;
  private final List<BitSet> found = new ArrayList<>();
  private final BitSet chosen = new BitSet();

  private SmallestSets(int units, SearchBudget budget, Predicate<BitSet> condition, int most) {
    this.units = units;
    this.budget = budget;
    this.condition = condition;
    this.most = most;
  }

  /**
   * Returns the smallest sets of at most {@code largest} units, at most {@code most} of them; an
   * empty list if there is none, or the budget is spent before one is found.
   */
  static List<BitSet> of(
      ConflictUnits units,
      int largest,
      SearchBudget budget,
      Predicate<BitSet> condition,
      int most) {
    SmallestSets search = new SmallestSets(units.size(), budget, condition, most);
    for (int size = 1; size <= largest && search.found.isEmpty() && !budget.isSpent(); size++) {
      search.tryAll(size, 0);
    }
    return search.found;
  }

  /** Adds {@code size} units with numbers of at least {@code from}, in every way. */
  private void tryAll(int size, int from) {
    if (size == 0) {
      if (budget.take(1) && condition.test(chosen)) {
        found.add((BitSet) chosen.clone());
      }
      return;
    }
    for (int i = from; i <= units - size && found.size() < most && !budget.isSpent(); i++) {
      chosen.set(i);
      tryAll(size - 1, i + 1);
      chosen.clear(i);
    }
  }
}
