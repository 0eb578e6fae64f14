package dev.dmabroker.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import dev.dmabroker.BufferSpec;
import dev.dmabroker.Layout;
import dev.dmabroker.Plan;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the heaps that suit a set of devices, and has the heuristic rank them. Thread-safe. */
final class Planner {
  private static final System.Logger LOG = System.getLogger(Planner.class.getName());

  private final ImmutableList<HeapAccount> heaps;
  private final PlacementHeuristic heuristic;

  Planner(List<HeapAccount> heaps, PlacementHeuristic heuristic) {
    this.heaps = ImmutableList.copyOf(heaps);
    this.heuristic = heuristic;
  }

  /**
   * The heaps that meet every hard constraint.
   *
   * @param layout the layout that they would have
   * @param sizeBytes what to ask of a heap
   * @param heaps those that suit, in the broker's order
   * @param passedOver why the others do not
   */
  record Feasible(
      Layout layout, long sizeBytes, List<HeapAccount> heaps, List<Plan.PassedOver> passedOver) {}

  /** Looks at constraints and traits alone: calls nobody, so it may run under a lock. */
  Feasible feasible(BufferSpec spec, List<User> users) {
    long stride = 1;
    long minSizeBytes = 1;
    try {
      for (User user : users) {
        stride = lcm(stride, user.constraints().strideAlignmentBytes());
        minSizeBytes = Math.max(minSizeBytes, user.constraints().minSizeBytes());
      }
      Layout layout = spec.layout(stride);
      long sizeBytes = Math.max(layout.sizeBytes(), minSizeBytes);
      List<HeapAccount> suitable = new ArrayList<>();
      List<Plan.PassedOver> passedOver = new ArrayList<>();
      for (HeapAccount heap : heaps) {
        int before = passedOver.size();
        limits(heap, sizeBytes, passedOver);
        for (User user : users) {
          var problem = Suitability.problem(heap, layout, sizeBytes, user.constraints());
          if (problem != null) {
            passedOver.add(
                new Plan.PassedOver(heap.name(), user.device(), problem.field(), problem.reason()));
          }
        }
        if (passedOver.size() == before) {
          suitable.add(heap);
        }
      }
      return new Feasible(layout, sizeBytes, suitable, passedOver);
    } catch (ArithmeticException | IllegalArgumentException e) {
      String reason = "no stride serves all devices: " + e.getMessage();
      return new Feasible(
          spec.layout(1),
          spec.layout(1).sizeBytes(),
          List.of(),
          heaps.stream()
              .map(heap -> new Plan.PassedOver(heap.name(), "", "strideAlignmentBytes", reason))
              .toList());
    }
  }

  /**
   * Refuses a device that could never be served together with the others. Calls nobody.
   *
   * @throws UnsatisfiableException if no heap, full or not, suits them all
   */
  void requireFeasible(String buffer, BufferSpec spec, List<User> present, User added) {
    List<User> users = new ArrayList<>(present);
    users.add(added);
    Feasible feasible = feasible(spec, users);
    if (feasible.heaps().isEmpty()) {
      throw unsatisfiable("attach " + added.device() + " to " + buffer, spec, users, feasible);
    }
  }

  static UnsatisfiableException unsatisfiable(
      String what, BufferSpec spec, List<User> users, Feasible feasible) {
    List<String> devices = users.stream().map(User::device).toList();
    return new UnsatisfiableException(
        "cannot "
            + what
            + " ("
            + spec
            + "): no heap suits "
            + devices
            + ": "
            + explain(feasible.passedOver()),
        new Plan(spec, devices, List.of(), feasible.passedOver()));
  }

  private static void limits(HeapAccount heap, long sizeBytes, List<Plan.PassedOver> passedOver) {
    long limit =
        Math.min(
            heap.traits().maxSizeBytes().or(Long.MAX_VALUE),
            heap.traits().capacityBytes().or(Long.MAX_VALUE));
    if (sizeBytes > limit) {
      passedOver.add(
          new Plan.PassedOver(
              heap.name(),
              "",
              "sizeBytes",
              "the buffer needs " + sizeBytes + " bytes, the heap gives at most " + limit));
    }
  }

  /** {@link #feasible}, ranked. Calls the heuristic, so it must not run under a lock. */
  Ranking rank(BufferSpec spec, List<User> users, Optional<String> currentHeap) {
    Feasible feasible = feasible(spec, users);
    Map<String, HeapAccount> byName = new LinkedHashMap<>();
    feasible.heaps().forEach(heap -> byName.put(heap.name(), heap));
    var request =
        new PlacementHeuristic.Request(
            feasible.sizeBytes(),
            users,
            feasible.heaps().stream().map(HeapAccount::load).toList(),
            currentHeap);
    Map<HeapAccount, Ranked> ranked = new LinkedHashMap<>();
    try {
      for (Ranked heap : heuristic.rank(request)) {
        HeapAccount account = byName.get(heap.heap());
        if (account == null) {
          LOG.log(
              Level.WARNING,
              "heuristic {0} named heap {1}, which does not suit",
              heuristic.name(),
              heap.heap());
        } else {
          ranked.putIfAbsent(account, heap);
        }
      }
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "heuristic " + heuristic.name() + " threw; heaps are tried in the broker's order",
          e);
      ranked.clear();
      byName.forEach(
          (name, heap) -> ranked.put(heap, new Ranked(name, 0, "the heuristic threw " + e)));
    }
    List<Plan.PassedOver> passedOver = new ArrayList<>(feasible.passedOver());
    for (HeapAccount heap : feasible.heaps()) {
      if (!ranked.containsKey(heap)) {
        String reason = heuristic.name() + " left it out, though it suits";
        passedOver.add(new Plan.PassedOver(heap.name(), "", "heuristic", reason));
      }
    }
    return new Ranking(feasible, ranked, passedOver);
  }

  /** Feasible heaps in the order in which to try them. */
  record Ranking(
      Feasible feasible, Map<HeapAccount, Ranked> heaps, List<Plan.PassedOver> passedOver) {
    Plan plan(BufferSpec spec, List<User> users) {
      return new Plan(
          spec,
          users.stream().map(User::device).toList(),
          heaps.values().stream()
              .map(
                  heap ->
                      new Plan.Candidate(
                          heap.heap(),
                          feasible.layout(),
                          feasible.sizeBytes(),
                          heap.cost(),
                          heap.reason()))
              .toList(),
          passedOver);
    }
  }

  /** What an error says when nothing suits: one line with every reason. */
  private static String explain(List<Plan.PassedOver> passedOver) {
    if (passedOver.isEmpty()) {
      return "the broker has no heap";
    }
    return passedOver.stream()
        .map(
            heap ->
                heap.heap()
                    + ": "
                    + (heap.device().isEmpty() ? "" : heap.device() + "'s ")
                    + heap.field()
                    + " ("
                    + heap.reason()
                    + ")")
        .collect(Collectors.joining("; "));
  }

  private static long lcm(long a, long b) {
    return Math.multiplyExact(a / LongMath.gcd(a, b), b);
  }
}
