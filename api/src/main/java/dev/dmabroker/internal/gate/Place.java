package dev.dmabroker.internal.gate;

import dev.dmabroker.Holder;
import dev.dmabroker.internal.allocation.PlacedMemory;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A place where a buffer lies: its memory, the mappings that are in it, and whether there are
 * contents. Compared by identity.
 */
public final class Place {
  private static final VarHandle WRITTEN;

  static {
    try {
      WRITTEN = MethodHandles.lookup().findVarHandle(Place.class, "written", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final PlacedMemory memory;

  /** Of the memory; kept here too, as mappings read both again and again. */
  private final Backing backing;

  private final Layout layout;

  /** Uses by the broker itself that the memory has to outlast; under the buffer's lock. */
  private int uses;

  /** The mappings in it, by their attachment; under the buffer's lock. */
  private final List<Occupancy> occupancies = new ArrayList<>(2);

  /** Mappings made by attachments that {@link #prune} forgot; under the buffer's lock. */
  private long forgottenTakings;

  /** Whether there are contents worth keeping. Read after the drain, which orders it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  private boolean written;

  /** Adopted memory has contents from the first. */
  public Place(PlacedMemory memory) {
    this.memory = memory;
    this.backing = memory.backing();
    this.layout = memory.layout();
    if (memory.isAdopted()) {
      markWritten();
    }
  }

  public HeapAccount heap() {
    return memory.heap();
  }

  public Backing backing() {
    return backing;
  }

  public Layout layout() {
    return layout;
  }

  public List<Participant> leftOut() {
    return memory.leftOut();
  }

  public long sizeBytes() {
    return memory.sizeBytes();
  }

  public int heapNumber() {
    return memory.heapNumber();
  }

  public boolean isAdopted() {
    return memory.isAdopted();
  }

  public long generation() {
    return memory.generation();
  }

  /** When the memory was allocated. */
  public long sinceNanos() {
    return memory.sinceNanos();
  }

  public boolean suits(Participant device) {
    return memory.suits(device);
  }

  /** Under the buffer's lock. */
  public void accept(Participant device) {
    memory.accept(device);
  }

  public String unmet(Participant device) {
    return memory.unmet(device);
  }

  /** Gives the memory back to its heap. Calls the heap, so it must not run under a lock. */
  public void release() {
    memory.release();
  }

  // ---- Contents ----

  public boolean isWritten() {
    return (boolean) WRITTEN.getOpaque(this);
  }

  /** Looks before it writes, so that the shared line stays clean once it is set. */
  public void markWritten() {
    if (!isWritten()) {
      WRITTEN.setOpaque(this, true);
    }
  }

  // ---- Mappings; under the buffer's lock, and final once the gates let no mapping in ----

  public Occupancy occupancy(AttachedDevice attachment) {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.attachment() == attachment) {
        return occupancy;
      }
    }
    Occupancy first = new Occupancy(attachment, this);
    occupancies.add(first);
    return first;
  }

  /** Forgets attachments that were detached and have no mapping out. */
  public void prune() {
    occupancies.removeIf(
        it -> {
          boolean over = it.attachment().isDetached() && it.isEmpty();
          if (over) {
            forgottenTakings += it.takings();
          }
          return over;
        });
  }

  /** Keeps it from being given back until {@link #endUse}. */
  public void beginUse() {
    uses++;
  }

  public void endUse() {
    uses--;
  }

  public boolean isIdle() {
    if (uses > 0) {
      return false;
    }
    for (Occupancy occupancy : occupancies) {
      if (!occupancy.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  public boolean hasWriters() {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.hasWriters()) {
        return true;
      }
    }
    return false;
  }

  public boolean isHeldBy(Object thread, boolean writing) {
    return occupancies.stream().anyMatch(it -> it.isHeldBy(thread, writing));
  }

  /** The threads that made mappings which are still out. */
  public List<Object> threads(boolean writing) {
    List<Object> threads = new ArrayList<>();
    occupancies.forEach(it -> it.addThreads(writing, threads));
    return threads;
  }

  public void addHolders(String buffer, long nowNanos, List<Holder> holders) {
    for (Occupancy it : occupancies) {
      it.addHolders(buffer, it.attachment().device().name(), nowNanos, holders);
    }
  }

  /** Mappings that there have been. */
  public long takings() {
    long sum = forgottenTakings;
    for (Occupancy occupancy : occupancies) {
      sum += occupancy.takings();
    }
    return sum;
  }

  public long lastUseNanos() {
    long last = sinceNanos();
    for (Occupancy occupancy : occupancies) {
      last = occupancy.lastUseNanos(last);
    }
    return last;
  }

  /** The longest hold declared by a device that may write now. */
  public Duration longestHoldOfWriters() {
    return occupancies.stream()
        .filter(Occupancy::hasWriters)
        .map(it -> it.attachment().device().longestHold())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
