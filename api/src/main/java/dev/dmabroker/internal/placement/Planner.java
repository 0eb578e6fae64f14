package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.Plan;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.placement.Ranking.RankedHeap;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plans where a buffer may lie: {@link Solver} finds the heaps that suit its devices, and {@link
 * Ranking} has the heuristic put them in order. This class is thread-safe.
 */
public final class Planner {
  private volatile HeapTable table;
  private final Ranking ranking;
  private final Alternatives alternatives;
  private volatile @Nullable Last last;

  /** Keeps the last target that was asked for, and the layouts that devices said then. */
  private record Last(Target target, ImmutableSet<Layout> said) {}

  /** Makes a planner for the heaps that there are now. */
  public Planner(HeapTable table, PlacementHeuristic heuristic) {
    this.table = table;
    this.ranking = new Ranking(heuristic);
    this.alternatives = new Alternatives(this::table);
  }

  /** Returns the heaps as they are now. What follows from them is worked out with one table. */
  public HeapTable table() {
    return table;
  }

  /** Has what begins from now on look at other heaps. */
  public void use(HeapTable heaps) {
    table = heaps;
  }

  /** Returns the way to the heuristic. */
  public Ranking ranking() {
    return ranking;
  }

  /** Returns the object that works out what devices ask, once for each device. */
  public Alternatives alternatives() {
    return alternatives;
  }

  /**
   * Returns the ways to store what is specified. Buffers come in series, so the last answer is
   * kept.
   */
  public Target target(BufferSpec spec) {
    ImmutableSet<Layout> said = alternatives.layouts();
    Last known = last;
    if (known == null || !known.target().spec().equals(spec) || !known.said().equals(said)) {
      known = new Last(Target.of(spec, said), said);
      last = known;
    }
    return known.target();
  }

  /**
   * Finds the best way to use each heap for one buffer. It looks at constraints and traits alone,
   * and calls no foreign code; but alternatives may take it long, so it must not run under a lock.
   *
   * @throws dev.dmabroker.SearchLimitException if there are too many combinations
   */
  public Solution solve(Target target, List<? extends Participant> devices) {
    return Solver.solve(table, target, devices, /* counting= */ false);
  }

  /**
   * Explains why a problem without a solution has none. This takes time, so it must not run under a
   * lock.
   *
   * @param table the heaps among which no solution was found
   */
  public UnsatisfiableException unsatisfiable(
      String what,
      HeapTable table,
      Target target,
      List<? extends Participant> devices,
      boolean counting) {
    Explanation explanation = Explanation.of(table, target, devices, counting);
    FoundConflict conflict = explanation.conflict();
    List<String> names = Participant.names(devices);
    List<Plan.PassedOver> passedOver = explanation.passedOver();
    List<String> unknown =
        devices.stream().flatMap(device -> UnknownHeaps.of(table, device).stream()).toList();
    return Exceptions.unsatisfiable(
        "cannot "
            + what
            + " ("
            + target.spec()
            + "): "
            + (conflict.isOfCounts() && !Participant.leastCounts(devices).isPossible()
                ? "the counts of buffers of " + names + " do not agree: "
                : "no heap suits " + names + ": ")
            + conflict
            + (table.size() == 0 ? "; the broker has no heap" : "")
            + passedOver.stream()
                .filter(heap -> !heap.reason().equals(conflict.cause()))
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
                .collect(Collectors.joining())
            + unknown.stream().map("; "::concat).collect(Collectors.joining())
            + table.found().closed().advice(),
        new RankedPlan(
            target.spec(),
            names,
            List.of(),
            () -> unknown,
            () -> new RankedPlan.Reasons(passedOver, Optional.of(conflict))),
        conflict);
  }

  /**
   * Ranks heaps by {@link Ranking#rank}. It calls the heuristic, so it must not run under a lock.
   */
  public List<RankedHeap> rank(
      Target target,
      Solution solution,
      List<? extends Participant> devices,
      Optional<String> currentHeap) {
    return ranking.rank(target, solution, devices, currentHeap);
  }

  /**
   * Answers {@link dev.dmabroker.Broker#plan}.
   *
   * @param budgets the tightest budget of each device; none at all if there are no budgets
   */
  public Plan plan(
      BufferSpec spec, List<? extends Participant> devices, List<Optional<Budgets.Limit>> budgets) {
    Target target = target(spec);
    Solution solution = Solver.solve(table, target, devices, /* counting= */ true);
    List<RankedHeap> ranked = rank(target, solution, devices, Optional.empty());
    return new Planning(this, target, devices, budgets, solution, ranked).plan();
  }
}
