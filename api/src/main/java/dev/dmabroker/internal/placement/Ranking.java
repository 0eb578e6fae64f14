package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.Crowded;
import dev.dmabroker.spi.PlacementHeuristic.Eviction;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Has the heuristic put the heaps that can serve into the order in which to try them, and distrusts
 * its answer. This class is thread-safe.
 */
public final class Ranking {
  private final PlacementHeuristic heuristic;
  private final String name;

  /**
   * Asks the heuristic from now on.
   *
   * @throws IllegalStateException if the heuristic throws when it is asked for its name
   */
  Ranking(PlacementHeuristic heuristic) {
    this.heuristic = heuristic;
    try {
      this.name = Foreign.ask(heuristic::name);
    } catch (HeapException e) {
      throw new IllegalStateException(
          "a heuristic of " + heuristic.getClass() + ", when asked for its name, " + e.getMessage(),
          e);
    }
  }

  /** Returns the heuristic's name. */
  String name() {
    return name;
  }

  /**
   * Returns the buffers to move out of a heap that has no room; none if the heuristic throws. This
   * calls the heuristic, so it must not run under a lock.
   */
  public Eviction evict(Crowded crowded) {
    try {
      return Foreign.ask(() -> heuristic.evict(crowded));
    } catch (HeapException e) {
      EngineLog.LOG.log(
          Level.WARNING, "heuristic " + name + " failed; nothing is moved out", e.getCause());
      return Eviction.NONE;
    }
  }

  /**
   * Describes a heap to try.
   *
   * @param heap the heap's number
   * @param account the heap
   * @param choice how to use the heap
   * @param ranked what the heuristic said
   */
  public record RankedHeap(int heap, HeapAccount account, Solution.Choice choice, Ranked ranked) {
    /** Returns the heap as extensions see it, as full as it is now. */
    public HeapLoad load() {
      return Ranking.load(account, choice);
    }
  }

  private static HeapLoad load(HeapAccount account, Solution.Choice choice) {
    return new HeapLoad(
        account.info(),
        choice.sizeBytes(),
        account.usedBytes(),
        account.othersBytes(),
        choice.penalty());
  }

  /**
   * Returns the heaps that can serve, in the order in which to try them; a heap that the heuristic
   * leaves out is not among them. This calls the heuristic, so it must not run under a lock.
   */
  List<RankedHeap> rank(
      Target target,
      Solution solution,
      List<? extends Participant> devices,
      Optional<String> currentHeap) {
    List<RankedHeap> ranked =
        order(
            new PlacementHeuristic.Request(
                target.spec(), users(devices), loads(solution), currentHeap),
            solution);
    // The heuristic does not decide which devices are left out.
    ranked.sort(Comparator.comparingInt(each -> each.choice().leftOut().size()));
    return ranked;
  }

  private static List<User> users(List<? extends Participant> devices) {
    ImmutableList.Builder<User> users = ImmutableList.builderWithExpectedSize(devices.size());
    for (Participant device : devices) {
      users.add(device.user());
    }
    return users.build();
  }

  /** Returns the heaps that can serve, as the heuristic sees them. */
  private static List<HeapLoad> loads(Solution solution) {
    HeapTable table = solution.table();
    ImmutableList.Builder<HeapLoad> loads = ImmutableList.builderWithExpectedSize(table.size());
    for (int i = 0; i < table.size(); i++) {
      Solution.Choice choice = solution.choice(i);
      if (choice != null) {
        loads.add(load(table.account(i), choice));
      }
    }
    return loads.build();
  }

  /**
   * Asks the heuristic. A heap that does not suit is skipped, and a heap that is named again, too.
   */
  private List<RankedHeap> order(PlacementHeuristic.Request request, Solution solution) {
    HeapTable table = solution.table();
    boolean[] taken = new boolean[table.size()];
    List<RankedHeap> order = new ArrayList<>(request.heaps().size());
    try {
      for (Ranked ranked : heuristic.rank(request)) {
        int heap = table.numberOf(ranked.heap());
        Solution.Choice choice = heap < 0 ? null : solution.choice(heap);
        if (choice == null) {
          EngineLog.LOG.log(
              Level.WARNING,
              "heuristic {0} named heap {1}, which does not suit",
              name,
              ranked.heap());
        } else if (!taken[heap]) {
          taken[heap] = true;
          order.add(new RankedHeap(heap, table.account(heap), choice, ranked));
        }
      }
      return order;
    } catch (Throwable e) {
      EngineLog.LOG.log(
          Level.WARNING, "heuristic " + name + " threw; heaps are tried in the broker's order", e);
      return inOrder(solution, "the heuristic threw " + e);
    }
  }

  /** Returns the heaps in the broker's order, for a heuristic that throws. */
  private static List<RankedHeap> inOrder(Solution solution, String reason) {
    HeapTable table = solution.table();
    List<RankedHeap> order = new ArrayList<>();
    for (int i = 0; i < table.size(); i++) {
      Solution.Choice choice = solution.choice(i);
      if (choice != null) {
        Ranked ranked = new Ranked(table.info(i).name(), 0, reason);
        order.add(new RankedHeap(i, table.account(i), choice, ranked));
      }
    }
    return order;
  }
}
