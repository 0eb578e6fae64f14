package dev.dmabroker.internal.placement;

import dev.dmabroker.Conflict;
import java.util.BitSet;
import java.util.List;

/**
 * Finds the constraints that cannot be had together: the smallest set of {@linkplain ConflictUnits
 * units} that conflict, as far as that can be {@linkplain SmallestSets found} in time. If it takes
 * too long, units are taken away one by one. That gives a set of which each unit is needed, though
 * a smaller set may exist.
 */
final class ConflictSearch {
  private final HeapTable table;
  private final ConflictUnits units;

  ConflictSearch(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    this.table = table;
    this.units = new ConflictUnits(table, target, participants, counting);
  }

  /**
   * Returns what conflicts, and what would help; both are empty if not even a device that asks
   * nothing fits.
   */
  Conflict conflict() {
    if (units.size() == 0 || conflicts(new BitSet())) {
      return new FoundConflict(List.of(), /* smallest= */ true, List.of());
    }
    List<BitSet> smallest = SmallestSets.of(units, this::conflicts, /* most= */ 1);
    BitSet conflict = smallest.isEmpty() ? irreducible() : smallest.get(0);
    return new FoundConflict(
        conflict.stream().mapToObj(i -> units.get(i).clause()).toList(),
        !smallest.isEmpty(),
        new Relaxations(table, units).smallest());
  }

  /**
   * Tells whether a set conflicts. A set that takes too long to try does not count as a conflict.
   */
  private boolean conflicts(BitSet set) {
    return !units.isPossible(set, /* otherwise= */ true);
  }

  /** Takes units away as long as the rest conflicts. */
  private BitSet irreducible() {
    BitSet kept = new BitSet();
    kept.set(0, units.size());
    for (int i = 0; i < units.size(); i++) {
      kept.clear(i);
      if (!conflicts(kept)) {
        kept.set(i);
      }
    }
    return kept;
  }
}
