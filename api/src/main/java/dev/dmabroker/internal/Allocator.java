package dev.dmabroker.internal;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferSpec;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Gets memory from the best heap that has some. Calls heaps, so it never runs under a lock. */
final class Allocator {
  private final Planner planner;
  private final Listeners listeners;

  Allocator(Planner planner, Listeners listeners) {
    this.planner = planner;
    this.listeners = listeners;
  }

  /**
   * Tries the heaps that suit, best first.
   *
   * @throws BrokerException an {@link UnsatisfiableException} or {@link AllocationException}
   */
  Placement allocate(
      String buffer,
      BufferSpec spec,
      List<User> users,
      Optional<String> currentHeap,
      long generation) {
    Planner.Ranking ranking = planner.rank(spec, users, currentHeap);
    if (ranking.feasible().heaps().isEmpty()) {
      throw Planner.unsatisfiable("allocate " + buffer, spec, users, ranking.feasible());
    }
    long sizeBytes = ranking.feasible().sizeBytes();
    List<AllocationException.Attempt> attempts = new ArrayList<>();
    for (HeapAccount heap : ranking.heaps().keySet()) {
      try {
        Backing backing = heap.allocate(buffer, sizeBytes);
        return new Placement(heap, backing, ranking.feasible().layout(), sizeBytes, generation);
      } catch (HeapException e) {
        String reason = String.valueOf(e.getMessage());
        attempts.add(new AllocationException.Attempt(heap.name(), reason));
        var refusal = new HeapRefusal(buffer, heap.name(), sizeBytes, e.kind(), reason);
        listeners.tell(listener -> listener.heapRefused(refusal));
      }
    }
    throw new AllocationException(
        "cannot allocate "
            + sizeBytes
            + " bytes for "
            + buffer
            + " ("
            + spec
            + "), attached: "
            + names(users)
            + "; "
            + (attempts.isEmpty()
                ? "the heuristic left out every heap that suits"
                : attempts.stream()
                    .map(attempt -> attempt.heap() + ": " + attempt.reason())
                    .collect(Collectors.joining("; "))),
        attempts);
  }

  private static List<String> names(List<User> users) {
    return users.stream().map(User::device).toList();
  }
}
