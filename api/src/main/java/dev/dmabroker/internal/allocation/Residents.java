package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spi.HeapException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Knows which buffers have memory of a heap, and which buffer has a certain memory, so that neither
 * the search for room nor an adoption looks at all others. A buffer is entered before it lies in
 * memory, and leaves after it does so no more: so all that lie in a heap are found, and some
 * others. This class is thread-safe.
 */
public final class Residents {
  private final Map<HeapAccount, Set<Stay>> byHeap = new ConcurrentHashMap<>();

  /** By what identifies the memory. Two heaps may give one memory, or two parts of it. */
  private final Map<Identity, Set<Stay>> byIdentity = new ConcurrentHashMap<>();

  private final AtomicLong stays = new AtomicLong();

  /** Returns the buffers that have memory of the heap now. */
  List<Tenant> of(HeapAccount heap) {
    // A buffer may have left one memory of the heap for another.
    return byHeap.getOrDefault(heap, Set.of()).stream()
        .map(stay -> stay.tenant)
        .distinct()
        .toList();
  }

  /** Returns a buffer that has the memory of that identity from a heap now. */
  Optional<Tenant> in(Object identity) {
    return byIdentity.getOrDefault(new Identity(identity), Set.of()).stream()
        .map(stay -> stay.tenant)
        .findFirst();
  }

  /** Makes a stay that has not begun. */
  Stay stay(HeapAccount heap, Tenant tenant) {
    return new Stay(heap, tenant, stays.incrementAndGet());
  }

  private static <K> void enter(Map<K, Set<Stay>> stays, K key, Stay stay) {
    stays.compute(
        key,
        (its, present) -> {
          Set<Stay> all = present == null ? ConcurrentHashMap.newKeySet() : present;
          all.add(stay);
          return all;
        });
  }

  private static <K> void leave(Map<K, Set<Stay>> stays, K key, Stay stay) {
    stays.computeIfPresent(
        key,
        (its, present) -> {
          present.remove(stay);
          return present.isEmpty() ? null : present;
        });
  }

  /**
   * Represents what identifies memory, which is foreign code. It is asked for its hash code once:
   * so a stay ends without it, whatever becomes of it.
   */
  private static final class Identity {
    private final Object its;
    private final int hash;

    Identity(Object its) {
      this.its = its;
      this.hash = its.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other == this || (other instanceof Identity identity && its.equals(identity.its));
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** Represents a buffer's stay in one memory of a heap. */
  final class Stay implements Runnable {
    private final HeapAccount heap;
    private final Tenant tenant;
    private final long number;
    private volatile @Nullable Identity identity;

    private Stay(HeapAccount heap, Tenant tenant, long number) {
      this.heap = heap;
      this.tenant = tenant;
      this.number = number;
    }

    /** Begins the stay. This calls the memory, so it must not run under a lock. */
    void begin(HeapMemory memory) {
      enter(byHeap, heap, this);
      try {
        Optional<Object> told = memory.identity();
        if (told.isPresent()) {
          Identity its = Foreign.ask(() -> new Identity(told.get()));
          identity = its;
          enter(byIdentity, its, this);
        }
      } catch (HeapException e) {
        // The heap has a bug, and its memory serves the buffer without: only, it can be adopted.
        EngineLog.LOG.log(Level.DEBUG, "memory of " + heap.name() + " does not tell what it is", e);
      }
    }

    /** Ends the stay; does nothing if it has ended, or has not begun. */
    @Override
    public void run() {
      leave(byHeap, heap, this);
      Identity its = identity;
      if (its != null) {
        leave(byIdentity, its, this);
      }
    }

    /** Gives sets of stays an order that does not depend on where objects lie. */
    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }
}
