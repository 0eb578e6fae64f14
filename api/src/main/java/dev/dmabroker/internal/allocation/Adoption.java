package dev.dmabroker.internal.allocation;

import dev.dmabroker.AllocationException;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.layout.LayoutCheck;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes in memory that no heap of the broker gave, for a buffer that the application adopts. Each
 * memory is taken once: two buffers over one memory would know nothing of each other's devices.
 * This calls the memory, so it must not run under a lock. This class is thread-safe.
 */
public final class Adoption {
  private final Supplier<HeapTable> heaps;
  private final Time time;
  private final Residents residents;

  /** The memory that is adopted now, by what identifies it, with its buffer's name. */
  private final Map<Object, String> adopted = new ConcurrentHashMap<>();

  /** The accounts of the memory that is adopted now. */
  private final Set<HeapAccount> accounts = ConcurrentHashMap.newKeySet();

  /**
   * Adopts memory beside buffers that have memory already.
   *
   * @param heaps the broker's heaps as they are at the moment
   * @param residents the buffers that have memory of heaps
   */
  public Adoption(Supplier<HeapTable> heaps, Residents residents, Time time) {
    this.time = time;
    this.heaps = heaps;
    this.residents = residents;
  }

  /**
   * Returns the memory for a buffer; the caller has to release it.
   *
   * @throws IllegalArgumentException if the layout does not hold what the target's spec says
   * @throws AllocationException if the memory cannot be had, or is too small
   * @throws DuplicateMemoryException if a buffer has it already
   */
  public PlacedMemory take(String name, Target target, Layout layout, ForeignMemory memory) {
    check(name, target.spec(), layout);
    Entry entry = new Entry();
    AdoptedHeap heap = new AdoptedHeap(memory, entry::leave);
    HeapAccount account;
    try {
      account = new HeapAccount(heap);
    } catch (IllegalStateException e) {
      throw failure(name, target, layout, "memory of " + memory.getClass(), e);
    }
    if (heaps.get().numberOf(account.name()) >= 0) {
      account.retire();
      throw Exceptions.duplicateName(
          "cannot adopt " + name + ": a heap of the broker is named " + account.name() + ", too");
    }
    HeapMemory taken;
    try {
      taken = account.allocate(new Heap.Request(name, layout.sizeBytes()));
    } catch (HeapException e) {
      throw failure(name, target, layout, account.name(), e);
    } finally {
      account.retire(); // The heap ends with the memory that it gave, or now.
    }
    entry.account = account;
    accounts.add(account);
    try {
      taken.identity().ifPresent(identity -> entry.enter(identity, name));
      return new PlacedMemory(
          new HeapTable(List.of(account)), target, layout, taken, heap.isMovable(), time.nanos());
    } catch (HeapException e) {
      taken.release();
      throw failure(name, target, layout, account.name(), e);
    } catch (Throwable e) {
      taken.release();
      throw e;
    }
  }

  /** Returns the accounts of the memory that is adopted now. */
  public Collection<HeapAccount> accounts() {
    return accounts;
  }

  /** Makes the error for memory that cannot be opened. */
  private static AllocationException failure(
      String name, Target target, Layout layout, String memory, Exception cause) {
    String reason = String.valueOf(cause.getMessage());
    AllocationException failure =
        Exceptions.allocation(
            "cannot adopt "
                + name
                + " ("
                + target.spec()
                + ", "
                + layout.sizeBytes()
                + " bytes) in "
                + memory
                + ": "
                + reason,
            List.of(new Allocator.Attempt(memory, reason)));
    failure.initCause(cause);
    return failure;
  }

  /** Represents the entry of one memory among those that are adopted. */
  private final class Entry {
    private volatile Optional<Object> identity = Optional.empty();
    private volatile @Nullable HeapAccount account;

    /**
     * Enters the memory. Refuses it if an adopted buffer, or a buffer with memory of a heap, has it
     * already.
     */
    void enter(Object its, String name) {
      String other = adopted.putIfAbsent(its, name);
      if (other == null) {
        identity = Optional.of(its);
        // A buffer that has it from a heap has handed it out, and now it comes back.
        other = residents.in(its).map(Tenant::name).orElse(null);
      }
      if (other != null) {
        throw Exceptions.duplicateMemory(
            "cannot adopt "
                + name
                + ": the buffer "
                + other
                + " has that memory ("
                + its
                + ") already; attach devices to that one",
            other);
      }
    }

    /** Ends the entry, if there is one, when the memory is let go of. */
    void leave() {
      identity.ifPresent(adopted::remove);
      HeapAccount its = account;
      if (its != null) {
        accounts.remove(its);
      }
    }
  }

  /** Checks that the layout holds what is specified. */
  private static void check(String name, BufferSpec spec, Layout layout) {
    LayoutCheck.mismatch(spec, layout)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(
                  "cannot adopt "
                      + name
                      + ": a buffer of "
                      + spec
                      + " cannot lie like this: "
                      + layout
                      + ": "
                      + why
                      + "; give the spec and the layout of what is in the memory");
            });
  }
}
