package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import dev.dmabroker.Plan;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.placement.Ranking.RankedHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Makes one plan of heaps that were ranked. Of budgets it is not known which of the devices the
 * buffers will be exported for: a heap is passed over if none of the devices could pay.
 */
final class Planning {
  private final HeapTable table;
  private final Ranking ranking;
  private final Target target;
  private final List<? extends Participant> devices;
  private final List<Optional<Budgets.Limit>> budgets;
  private final Solution solution;
  private final List<RankedHeap> ranked;

  /**
   * Begins a plan.
   *
   * @param budgets the tightest budget of each device; none at all if there are no budgets
   * @param ranked the heaps that suit, best first
   */
  Planning(
      Planner planner,
      Target target,
      List<? extends Participant> devices,
      List<Optional<Budgets.Limit>> budgets,
      Solution solution,
      List<RankedHeap> ranked) {
    this.table = solution.table();
    this.ranking = planner.ranking();
    this.target = target;
    this.devices = devices;
    this.budgets = budgets;
    this.solution = solution;
    this.ranked = ranked;
  }

  Plan plan() {
    ImmutableList.Builder<String> names = ImmutableList.builderWithExpectedSize(devices.size());
    for (Participant device : devices) {
      names.add(device.name());
    }
    ImmutableList.Builder<Plan.Candidate> candidates =
        ImmutableList.builderWithExpectedSize(ranked.size());
    for (RankedHeap each : ranked) {
      if (isAffordable(each.choice())) {
        candidates.add(candidate(each));
      }
    }
    return new RankedPlan(
        target.spec(), names.build(), candidates.build(), this::notes, this::reasons);
  }

  private RankedPlan.Candidate candidate(RankedHeap heap) {
    Solution.Choice choice = heap.choice();
    return new RankedPlan.Candidate(
        heap.ranked().heap(),
        choice.layout(),
        choice.neededBytes(),
        choice.sizeBytes(),
        table.info(heap.heap()).traits().alignmentBytes().or(1L),
        choice.count(),
        choice.coherency(),
        choice.penalty(),
        alternatives(choice),
        choice.leftOut().isEmpty() ? List.of() : Participant.names(choice.leftOut()),
        heap.ranked().cost(),
        heap.ranked().why());
  }

  private static List<Plan.Alternative> alternatives(Solution.Choice choice) {
    if (choice.taken().isEmpty()) {
      return List.of();
    }
    return choice.taken().stream()
        .filter(taken -> taken.device().alternatives().size() > 1)
        .<Plan.Alternative>map(
            taken -> {
              List<Alternative> all = taken.device().alternatives();
              return new RankedPlan.Alternative(
                  taken.device().name(),
                  taken.index() + 1,
                  all.size(),
                  all.get(taken.index()).constraints());
            })
        .toList();
  }

  // ---- Budgets ----

  private static long total(Solution.Choice choice) {
    return LongMath.saturatedMultiply(choice.sizeBytes(), choice.count());
  }

  private static boolean exceeds(Solution.Choice choice, Optional<Budgets.Limit> budget) {
    return budget.isPresent() && total(choice) > budget.get().bytes();
  }

  /** Tells whether some device could pay for all buffers. */
  private boolean isAffordable(Solution.Choice choice) {
    for (Optional<Budgets.Limit> budget : budgets) {
      if (!exceeds(choice, budget)) {
        return true;
      }
    }
    return budgets.isEmpty();
  }

  private static String taking(Solution.Choice choice) {
    return choice.count() + " x " + choice.sizeBytes() + " bytes are " + total(choice);
  }

  private RankedPlan.PassedOver overBudget(RankedHeap heap) {
    return new RankedPlan.PassedOver(
        heap.account().name(),
        "",
        "budget",
        taking(heap.choice())
            + ", over the budget of whichever device they are exported for: "
            + budgets.stream()
                .map(each -> each.map(Budgets.Limit::toString).orElseThrow())
                .distinct()
                .collect(Collectors.joining(", ")));
  }

  // ---- What else there is to say ----

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (Participant device : devices) {
      notes.addAll(UnknownHeaps.of(table, device));
    }
    ranked.stream()
        .filter(each -> isAffordable(each.choice()))
        .findFirst()
        .ifPresent(best -> notes.addAll(overBudgets(best)));
    return notes;
  }

  /** Returns the budgets that do not suffice in the best heap, though another device could pay. */
  private List<String> overBudgets(RankedHeap best) {
    return budgets.stream()
        .filter(each -> exceeds(best.choice(), each))
        .flatMap(Optional::stream)
        .distinct()
        .map(
            limit ->
                "in "
                    + best.account().name()
                    + " "
                    + taking(best.choice())
                    + ", over the budget of "
                    + limit)
        .toList();
  }

  /** Returns the reasons against each heap that the plan does not name. */
  private RankedPlan.Reasons reasons() {
    if (!solution.isPossible()) {
      Explanation explanation = Explanation.of(table, target, devices, /* counting= */ true);
      return new RankedPlan.Reasons(explanation.passedOver(), Optional.of(explanation.conflict()));
    }
    List<Plan.PassedOver> passedOver =
        new ArrayList<>(
            new HeapReasons(table, target, devices, /* counting= */ true)
                .against(
                    heap -> solution.choice(heap) == null,
                    "combination",
                    "each device could use it, but not all of them together"));
    ranked.stream()
        .filter(Predicate.not(each -> isAffordable(each.choice())))
        .map(this::overBudget)
        .forEach(passedOver::add);
    for (int i = 0; i < table.size(); i++) {
      int heap = i;
      if (solution.choice(heap) != null && ranked.stream().noneMatch(each -> each.heap() == heap)) {
        passedOver.add(
            new RankedPlan.PassedOver(
                table.info(heap).name(),
                "",
                "heuristic",
                ranking.name() + " left it out, though it suits"));
      }
    }
    return new RankedPlan.Reasons(passedOver, Optional.empty());
  }
}
