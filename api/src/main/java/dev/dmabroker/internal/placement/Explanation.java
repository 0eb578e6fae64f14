package dev.dmabroker.internal.placement;

import dev.dmabroker.Conflict.Clause;
import dev.dmabroker.Plan;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Explains why no heap fits.
 *
 * @param conflict what cannot be had together, and what would help
 * @param passedOver the reasons against each heap
 */
record Explanation(FoundConflict conflict, List<Plan.PassedOver> passedOver) {

  /**
   * Searches for the conflict and looks at each heap. This takes time, so it must not run under a
   * lock.
   */
  static Explanation of(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    FoundConflict conflict = new ConflictSearch(table, target, participants, counting).conflict();
    String fields =
        conflict.clauses().stream()
            .map(Clause::field)
            .distinct()
            .collect(Collectors.joining(" and "));
    return new Explanation(
        conflict,
        new HeapReasons(table, target, participants, counting)
            .against(heap -> true, fields, conflict.cause()));
  }
}
