package dev.dmabroker.internal;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Plan;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the heaps that suit a set of devices, and has the heuristic rank them. Thread-safe. */
final class Planner {
  private static final System.Logger LOG = System.getLogger(Planner.class.getName());

  private final HeapTable table;
  private final PlacementHeuristic heuristic;
  private final Alternative.Maker alternatives;
  private volatile @Nullable Target last;

  Planner(HeapTable table, PlacementHeuristic heuristic) {
    this.table = table;
    this.heuristic = heuristic;
    this.alternatives = new Alternative.Maker(table);
  }

  HeapTable table() {
    return table;
  }

  PlacementHeuristic heuristic() {
    return heuristic;
  }

  /** Works out what devices ask, once for each. */
  Alternative.Maker alternatives() {
    return alternatives;
  }

  /** The ways to store what is specified. Buffers come in series: the last is kept. */
  Target target(BufferSpec spec) {
    Target known = last;
    if (known == null || !known.spec().equals(spec)) {
      known = Target.of(spec);
      last = known;
    }
    return known;
  }

  /**
   * The best way to use each heap for one buffer. Looks at constraints and traits alone: calls
   * nobody, so it may run under a lock.
   *
   * @throws dev.dmabroker.SearchLimitException if there are too many combinations
   */
  Solution solve(Target target, List<? extends Participant> devices) {
    return Solver.solve(table, target, devices, /* counting= */ false);
  }

  /** Why a problem without a solution has none. Takes time: not for a lock. */
  UnsatisfiableException unsatisfiable(
      String what, Target target, List<? extends Participant> devices, boolean counting) {
    Explanation explanation = Explanation.of(table, target, devices, counting);
    List<String> names = Participant.names(devices);
    List<Plan.PassedOver> passedOver = explanation.passedOver();
    return new UnsatisfiableException(
        "cannot "
            + what
            + " ("
            + target.spec()
            + "): no heap suits "
            + names
            + ": "
            + explanation.conflict()
            + (table.size() == 0 ? "; the broker has no heap" : "")
            + passedOver.stream()
                .filter(heap -> !heap.reason().equals(explanation.conflict().cause()))
                .map(
                    heap ->
                        heap.heap()
                            + ": "
                            + (heap.device().isEmpty() ? "" : heap.device() + "'s ")
                            + heap.field()
                            + " ("
                            + heap.reason()
                            + ")")
                .map("; "::concat)
                .collect(Collectors.joining()),
        new Plan(target.spec(), names, List.of(), () -> passedOver),
        explanation.conflict());
  }

  /**
   * A heap to try.
   *
   * @param heap its number
   * @param account the heap
   * @param choice how to use it
   * @param ranked what the heuristic said
   */
  record Try(int heap, HeapAccount account, Solution.Choice choice, Ranked ranked) {}

  /**
   * The heaps that can serve, in the order in which to try them. Calls the heuristic, so it must
   * not run under a lock.
   */
  List<Try> rank(
      Target target,
      Solution solution,
      List<? extends Participant> devices,
      Optional<String> currentHeap) {
    ImmutableList.Builder<User> users = ImmutableList.builderWithExpectedSize(devices.size());
    for (Participant device : devices) {
      users.add(device.user());
    }
    ImmutableList.Builder<HeapLoad> loads = ImmutableList.builderWithExpectedSize(table.size());
    for (int i = 0; i < table.size(); i++) {
      Solution.Choice choice = solution.choice(i);
      if (choice != null) {
        loads.add(
            new HeapLoad(
                table.info(i), choice.sizeBytes(), table.account(i).usedBytes(), choice.penalty()));
      }
    }
    List<Try> tries =
        order(
            new PlacementHeuristic.Request(
                target.spec(), users.build(), loads.build(), currentHeap),
            solution);
    // Whom to leave out is not the heuristic's to say.
    tries.sort(Comparator.comparingInt(each -> each.choice().leftOut().size()));
    return tries;
  }

  private List<Try> order(PlacementHeuristic.Request request, Solution solution) {
    boolean[] taken = new boolean[table.size()];
    List<Try> tries = new ArrayList<>(request.heaps().size());
    try {
      for (Ranked ranked : heuristic.rank(request)) {
        int heap = table.numberOf(ranked.heap());
        Solution.Choice choice = heap < 0 ? null : solution.choice(heap);
        if (choice == null) {
          LOG.log(
              Level.WARNING,
              "heuristic {0} named heap {1}, which does not suit",
              heuristic.name(),
              ranked.heap());
        } else if (!taken[heap]) {
          taken[heap] = true;
          tries.add(new Try(heap, table.account(heap), choice, ranked));
        }
      }
      return tries;
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "heuristic " + heuristic.name() + " threw; heaps are tried in the broker's order",
          e);
      return inOrder(solution, "the heuristic threw " + e);
    }
  }

  private List<Try> inOrder(Solution solution, String reason) {
    List<Try> tries = new ArrayList<>();
    for (int i = 0; i < table.size(); i++) {
      Solution.Choice choice = solution.choice(i);
      if (choice != null) {
        String name = table.info(i).name();
        tries.add(new Try(i, table.account(i), choice, new Ranked(name, 0, reason)));
      }
    }
    return tries;
  }

  /** Answers {@link dev.dmabroker.Broker#plan}. */
  Plan plan(BufferSpec spec, List<? extends Participant> devices) {
    Target target = target(spec);
    Solution solution = Solver.solve(table, target, devices, /* counting= */ true);
    List<Try> tries = rank(target, solution, devices, Optional.empty());
    ImmutableList.Builder<Plan.Candidate> candidates =
        ImmutableList.builderWithExpectedSize(tries.size());
    for (Try each : tries) {
      Solution.Choice choice = each.choice();
      candidates.add(
          new Plan.Candidate(
              each.ranked().heap(),
              choice.layout(),
              choice.sizeBytes(),
              table.info(each.heap()).traits().alignmentBytes().or(1L),
              choice.count(),
              choice.coherency(),
              choice.penalty(),
              choice.leftOut().isEmpty() ? List.of() : Participant.names(choice.leftOut()),
              each.ranked().cost(),
              each.ranked().why()));
    }
    ImmutableList.Builder<String> names = ImmutableList.builderWithExpectedSize(devices.size());
    for (Participant device : devices) {
      names.add(device.name());
    }
    return new Plan(
        spec,
        names.build(),
        candidates.build(),
        () -> passedOver(target, solution, devices, tries));
  }

  private List<Plan.PassedOver> passedOver(
      Target target, Solution solution, List<? extends Participant> devices, List<Try> tries) {
    List<Plan.PassedOver> passedOver = new ArrayList<>();
    if (solution.isPossible()) {
      passedOver.addAll(Explanation.against(table, target, solution, devices));
    } else {
      passedOver.addAll(Explanation.of(table, target, devices, /* counting= */ true).passedOver());
    }
    for (int i = 0; i < table.size(); i++) {
      int heap = i;
      if (solution.choice(heap) != null && tries.stream().noneMatch(each -> each.heap() == heap)) {
        passedOver.add(
            new Plan.PassedOver(
                table.info(heap).name(),
                "",
                "heuristic",
                heuristic.name() + " left it out, though it suits"));
      }
    }
    return passedOver;
  }
}
