package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Knows which buffers have memory of a heap, so that a search for room does not look at all others.
 * A buffer is entered before it lies in memory, and leaves after it does so no more: so all that
 * lie in a heap are found, and some others. This class is thread-safe.
 */
public final class Residents {
  private final Map<HeapAccount, Set<Stay>> byHeap = new ConcurrentHashMap<>();
  private final AtomicLong stays = new AtomicLong();

  /** Returns the buffers that have memory of the heap now. */
  List<Tenant> of(HeapAccount heap) {
    // A buffer may have left one memory of the heap for another.
    return byHeap.getOrDefault(heap, Set.of()).stream()
        .map(stay -> stay.tenant)
        .distinct()
        .toList();
  }

  /** Makes a stay that has not begun. */
  Stay stay(HeapAccount heap, Tenant tenant) {
    return new Stay(heap, tenant, stays.incrementAndGet());
  }

  /** Represents a buffer's stay in one memory of a heap. */
  final class Stay implements Runnable {
    private final HeapAccount heap;
    private final Tenant tenant;
    private final long number;

    private Stay(HeapAccount heap, Tenant tenant, long number) {
      this.heap = heap;
      this.tenant = tenant;
      this.number = number;
    }

    void begin() {
      byHeap.compute(
          heap,
          (key, present) -> {
            Set<Stay> all = present == null ? ConcurrentHashMap.newKeySet() : present;
            all.add(this);
            return all;
          });
    }

    /** Ends the stay; does nothing if it has ended, or has not begun. */
    @Override
    public void run() {
      byHeap.computeIfPresent(
          heap,
          (key, present) -> {
            present.remove(this);
            return present.isEmpty() ? null : present;
          });
    }

    /** Gives sets of stays an order that does not depend on where objects lie. */
    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }
}
