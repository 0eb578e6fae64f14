package dev.dmabroker.internal.placement;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the constraints that cannot be had together, as a set of {@linkplain ConflictUnits units}.
 * First, units are taken away as long as the rest conflicts, many at a time: that takes few trials,
 * and gives a set of which each unit is needed. Then all smaller sets are tried. Each part of the
 * search has a budget. Where the first is spent, units may be left that are not needed; where the
 * second is, a smaller set may exist.
 */
final class ConflictSearch {
  /** The steps of each part of the search, which take some milliseconds. */
  private static final long STEPS = 1_000_000;

  private final HeapTable table;
  private final Target target;
  private final ConflictUnits units;

  ConflictSearch(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    this.table = table;
    this.target = target;
    this.units = new ConflictUnits(table, target, participants, counting);
  }

  /**
   * Returns what conflicts, and what would help; both are empty if not even a device that asks
   * nothing fits.
   */
  FoundConflict conflict() {
    SearchBudget narrowing = new SearchBudget(STEPS);
    if (units.size() == 0 || conflicts(new BitSet(), narrowing)) {
      return FoundConflict.OF_NO_DEVICE;
    }
    BitSet conflict = narrowed(narrowing);
    boolean irreducible = !narrowing.isSpent();
    boolean smallest = false;
    if (irreducible) {
      SearchBudget comparing = new SearchBudget(STEPS);
      Map<BitSet, Boolean> devices = new HashMap<>();
      List<BitSet> smaller =
          SmallestSets.of(
              units,
              conflict.cardinality() - 1,
              comparing,
              // Where devices can have all that they ask, they can have any of it.
              set ->
                  devices.computeIfAbsent(units.ofTheDevices(set), all -> conflicts(all, comparing))
                      && conflicts(set, comparing),
              /* most= */ 1);
      conflict = smaller.isEmpty() ? conflict : smaller.get(0);
      smallest = !smaller.isEmpty() || !comparing.isSpent();
    }
    return new FoundConflict(
        conflict.stream().mapToObj(i -> units.get(i).clause()).toList(),
        irreducible,
        smallest,
        new Relaxations(table, target, units, new SearchBudget(STEPS)).smallest(conflict));
  }

  /**
   * Tells whether a set conflicts. A set that takes too long to try does not count as a conflict.
   */
  private boolean conflicts(BitSet set, SearchBudget budget) {
    return !units.isPossible(set, budget, /* otherwise= */ true);
  }

  /** Takes units away as long as the rest conflicts: halves, quarters and so on, the last first. */
  private BitSet narrowed(SearchBudget budget) {
    BitSet kept = new BitSet();
    kept.set(0, units.size());
    for (int size = Integer.highestOneBit(units.size()); size > 0; size /= 2) {
      for (int end = units.size(); end > 0; end -= size) {
        BitSet rest = (BitSet) kept.clone();
        rest.clear(Math.max(0, end - size), end);
        if (!rest.equals(kept) && conflicts(rest, budget)) {
          kept = rest;
        }
      }
    }
    return kept;
  }
}
