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
 * a search for room nor an adoption looks at all others. A buffer is entered before it lies in
 * memory, and leaves after it does so no more: so all that lie in a heap are found, and some
 * others. This class is thread-safe.
 */
public final class Residents {
  private final Map<HeapAccount, Set<Stay>> byHeap = new ConcurrentHashMap<>();

  /**
   * The stays whose memory has not told what it is. Asking takes a system call or more, which only
   * brokers that adopt memory need: so each memory is asked once, by the first adoption after it
   * was allocated.
   */
  private final Set<Stay> unidentified = ConcurrentHashMap.newKeySet();

  /** The others, unless nothing tells their memory from other. Heaps may give parts of one. */
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

  /**
   * Returns a buffer that has the memory of that identity from a heap now, or had it when its
   * memory was asked. This calls the memory of buffers, so it must not run under a lock.
   */
  Optional<Tenant> in(Object identity) {
    Identity wanted = new Identity(identity);
    for (Stay stay : unidentified) {
      stay.identify();
      if (wanted.equals(stay.identity)) {
        return Optional.of(stay.tenant);
      }
    }
    return byIdentity.getOrDefault(wanted, Set.of()).stream().map(stay -> stay.tenant).findFirst();
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
   * Represents what tells memory from other memory, which is foreign code. One that throws equals
   * no other, and its hash code is asked once: so a stay ends whatever becomes of it.
   */
  private static final class Identity {
    private final Object its;
    private final int hash;

    Identity(Object its) {
      this.its = its;
      this.hash = hash(its);
    }

    private static int hash(Object its) {
      try {
        return Foreign.ask(its::hashCode);
      } catch (HeapException e) {
        return 0;
      }
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (!(other instanceof Identity identity)) {
        return false;
      }
      try {
        return identity == this || Foreign.ask(() -> its.equals(identity.its));
      } catch (HeapException e) {
        return false;
      }
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
    private volatile @Nullable HeapMemory memory;
    private volatile @Nullable Identity identity;

    private Stay(HeapAccount heap, Tenant tenant, long number) {
      this.heap = heap;
      this.tenant = tenant;
      this.number = number;
    }

    void begin(HeapMemory its) {
      memory = its;
      enter(byHeap, heap, this);
      unidentified.add(this);
    }

    /** Asks the memory what it is. It is not given back meanwhile, so the stay does not end. */
    private void identify() {
      HeapMemory its = memory;
      try {
        if (its != null) {
          tenant.identify(its, this::identified);
        }
      } catch (HeapException e) {
        EngineLog.LOG.log(
            Level.WARNING, "memory of " + heap.name() + " does not tell what it is", e);
      }
    }

    private void identified(Optional<Object> told) {
      if (told.isPresent()) {
        Identity known = new Identity(told.get());
        identity = known;
        enter(byIdentity, known, this);
      }
      unidentified.remove(this);
    }

    /** Ends the stay; does nothing if it has ended, or has not begun. */
    @Override
    public void run() {
      leave(byHeap, heap, this);
      unidentified.remove(this);
      Identity known = identity;
      if (known != null) {
        leave(byIdentity, known, this);
      }
    }

    /** Gives sets of stays an order that does not depend on where objects lie. */
    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }
}
