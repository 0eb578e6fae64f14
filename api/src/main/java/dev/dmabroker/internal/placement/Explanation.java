package dev.dmabroker.internal.placement;

import dev.dmabroker.Conflict;
import dev.dmabroker.Conflict.Clause;
import dev.dmabroker.Plan;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.Unmet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Explains why no heap fits.
 *
 * @param conflict what cannot be had together, and what would help
 * @param passedOver the reasons against each heap
 */
record Explanation(Conflict conflict, List<Plan.PassedOver> passedOver) {

  /**
   * Searches for the conflict and looks at each heap. This takes time, so it must not run under a
   * lock.
   */
  static Explanation of(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    Conflict conflict = new ConflictSearch(table, target, participants, counting).conflict();
    String fields =
        conflict.clauses().stream()
            .map(Clause::field)
            .distinct()
            .collect(Collectors.joining(" and "));
    return new Explanation(
        conflict, against(table, target, heap -> true, participants, fields, conflict.cause()));
  }

  /** Returns the reasons against the heaps that cannot serve, where other heaps can. */
  static List<Plan.PassedOver> against(
      HeapTable table, Target target, Solution solution, List<? extends Participant> participants) {
    return against(
        table,
        target,
        heap -> solution.choice(heap) == null,
        participants,
        "combination",
        "each device could use it, but not all of them together");
  }

  /** Returns the reasons, with what to say of a heap that each device by itself could use. */
  private static List<Plan.PassedOver> against(
      HeapTable table,
      Target target,
      IntPredicate which,
      List<? extends Participant> participants,
      String fieldsTogether,
      String reasonTogether) {
    List<Plan.PassedOver> passedOver = new ArrayList<>();
    for (int heap = 0; heap < table.size(); heap++) {
      if (which.test(heap)) {
        int before = passedOver.size();
        against(table, target, heap, participants, passedOver);
        if (passedOver.size() == before) {
          passedOver.add(
              new RankedPlan.PassedOver(
                  table.info(heap).name(), "", fieldsTogether, reasonTogether));
        }
      }
    }
    return passedOver;
  }

  /** Adds the first problem that each device by itself has with the heap. */
  private static void against(
      HeapTable table,
      Target target,
      int heap,
      List<? extends Participant> participants,
      List<Plan.PassedOver> passedOver) {
    String name = table.info(heap).name();
    for (Participant participant : participants) {
      Unmet unmet = unmet(table, target, heap, participant);
      if (unmet != null && !participant.isDispensable()) {
        String reason =
            unmet.field() == ConstraintField.FORBIDDEN_HEAPS
                ? participant.refusal(name).orElse(unmet.reason())
                : unmet.reason();
        passedOver.add(
            new RankedPlan.PassedOver(name, participant.name(), unmet.field().label(), reason));
      }
    }
    Layout layout = target.layout();
    if (table.rounded(heap, layout.sizeBytes()) > table.limit(heap)) {
      passedOver.add(
          new RankedPlan.PassedOver(
              name,
              "",
              "sizeBytes",
              "the buffer needs "
                  + layout.sizeBytes()
                  + " bytes, the heap gives at most "
                  + table.limit(heap)));
    }
  }

  /** Returns what a device has against a heap whatever other devices ask; null if nothing. */
  private static @Nullable Unmet unmet(
      HeapTable table, Target target, int heap, Participant participant) {
    Unmet first = null;
    for (Alternative alternative : participant.alternatives()) {
      HeapInfo info = table.info(heap);
      Unmet unmet = info.unmet(participant.name(), alternative.constraints()).orElse(null);
      if (unmet == null) {
        unmet = sizeUnmet(table, target, heap, alternative);
      }
      if (unmet == null) {
        return null;
      }
      first = first == null ? unmet : first;
    }
    return first;
  }

  /** Returns why the size of the buffer does not suit the device in that heap; null if it suits. */
  private static @Nullable Unmet sizeUnmet(
      HeapTable table, Target target, int heap, Alternative alternative) {
    long needed = Math.max(target.layout().sizeBytes(), alternative.constraints().minSizeBytes());
    if (needed > alternative.constraints().maxSizeBytes()) {
      return new Unmet(
          ConstraintField.MAX_SIZE,
          "the buffer is "
              + needed
              + " bytes, the device takes "
              + alternative.constraints().maxSizeBytes());
    }
    long limit = alternative.demand().limit(table.piecesOf(heap));
    if (needed > limit) {
      return new Unmet(
          ConstraintField.MAX_SEGMENTS,
          "the buffer is "
              + needed
              + " bytes, and memory of this heap surely falls into "
              + alternative.constraints().maxSegments()
              + " segments up to "
              + limit
              + " bytes only");
    }
    if (alternative.constraints().minSizeBytes() > table.limit(heap)) {
      return new Unmet(
          ConstraintField.MIN_SIZE,
          "the device needs "
              + alternative.constraints().minSizeBytes()
              + " bytes, the heap gives at most "
              + table.limit(heap));
    }
    return null;
  }
}
