package dev.dmabroker.internal.gate;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.Holder;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.internal.allocation.PlacedMemory;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A place where a buffer lies: its memory, the mappings that are in it, and whether it has
 * contents. Places are compared by identity.
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

  /** The layout of the memory. It is kept here too, as mappings read it all the time. */
  private final Layout layout;

  /** The groups of attachments that {@link #prune} forgot and that had mapped the memory. */
  private ImmutableSet<String> former = ImmutableSet.of();

  /** A group that may have kept the memory, and that the contents are not for; null if none. */
  private @Nullable String exposedTo;

  /** How many uses by the broker itself the memory has to outlast; under the buffer's lock. */
  private int uses;

  /** The mappings in this place, by their attachment; under the buffer's lock. */
  private List<Occupancy> occupancies = new ArrayList<>(2);

  /**
   * How many mappings were made by attachments that {@link #prune} forgot; under the buffer's lock.
   */
  private long forgottenTakings;

  /** Whether there are contents worth keeping. It is read after the drain, which orders it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  private boolean written;

  /** Makes a place with no mapping in it. Adopted memory has contents from the first. */
  public Place(PlacedMemory memory) {
    this.memory = memory;
    this.layout = memory.layout();
    if (memory.isAdopted()) {
      markWritten();
    }
  }

  public HeapAccount heap() {
    return memory.heap();
  }

  /** The memory, as the engine uses it. */
  public HeapMemory memory() {
    return memory.memory();
  }

  /** The memory, as extensions get it. */
  public Backing backing() {
    return memory().backing();
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

  public boolean isAdopted() {
    return memory.isAdopted();
  }

  public long generation() {
    return memory.generation();
  }

  /** When the memory was allocated, in the broker's nanoseconds. */
  public long sinceNanos() {
    return memory.sinceNanos();
  }

  /** Whether the device can use the memory, and no other group reads or writes it meanwhile. */
  public boolean suits(Participant device) {
    return exposedTo == null && memory.suits(device);
  }

  /** Notes that a device takes this memory although it did not seem to. Under the buffer's lock. */
  public void accept(Participant device) {
    memory.accept(device);
  }

  /** What the device requires and this memory lacks, for errors. */
  public String unmet(Participant device) {
    return exposedTo == null
        ? memory.unmet(device)
        : "memory to itself, as "
            + (exposedTo.isEmpty() ? "devices without a group" : "devices of group " + exposedTo)
            + " have left and may have kept a descriptor";
  }

  /** Gives the memory back to its heap. Calls the heap, so it must not run under a lock. */
  public void release() {
    memory.release();
  }

  // ---- Contents ----

  /** Whether mappings have written contents, as far as this thread sees yet. */
  public boolean isWritten() {
    return (boolean) WRITTEN.getOpaque(this);
  }

  /**
   * Notes that there are contents. The field is read before it is written, so that the shared cache
   * line stays clean once it is set.
   */
  public void markWritten() {
    if (!isWritten()) {
      WRITTEN.setOpaque(this, true);
    }
  }

  // ---- Groups that have had the memory; under the buffer's lock ----

  /** The groups of devices that had the memory, were detached and have no mapping out. */
  public Set<String> former() {
    return former;
  }

  /** The attachments that have mappings here, or had some and are not forgotten. */
  public Stream<AttachedDevice> attachments() {
    return occupancies.stream().map(Occupancy::attachment);
  }

  /**
   * Sets which group may have kept the memory, though the contents are not for it any more: then
   * the place suits no device.
   *
   * @param group null if there is none
   * @return whether that changes which devices the place suits
   */
  public boolean expose(@Nullable String group, AfterLock after) {
    String before = exposedTo;
    after.undo(() -> exposedTo = before);
    exposedTo = group;
    return (before == null) != (group == null);
  }

  /** Whether a group may have kept the memory, though the contents are not for it any more. */
  public boolean isExposed() {
    return exposedTo != null;
  }

  // ---- Mappings; under the buffer's lock, and final once the gates let no mapping in ----

  /** The mappings of one attachment in this place, made on first use. */
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

  /**
   * Forgets attachments that were detached and have no mapping out, but not the groups of their
   * devices, if those had the memory.
   */
  public void prune(AfterLock after) {
    if (!hasForgettable()) {
      return;
    }
    List<Occupancy> kept = new ArrayList<>(occupancies.size());
    long forgotten = forgottenTakings;
    Set<String> groups = new LinkedHashSet<>(former);
    for (Occupancy it : occupancies) {
      if (it.isForgettable()) {
        forgotten += it.takings();
        if (it.takings() > 0 && !it.attachment().isOfBroker()) {
          groups.add(it.attachment().device().trustGroup());
        }
      } else {
        kept.add(it);
      }
    }
    List<Occupancy> before = occupancies;
    long takings = forgottenTakings;
    ImmutableSet<String> groupsBefore = former;
    after.undo(
        () -> {
          occupancies = before;
          forgottenTakings = takings;
          former = groupsBefore;
        });
    occupancies = kept;
    forgottenTakings = forgotten;
    former = ImmutableSet.copyOf(groups);
  }

  private boolean hasForgettable() {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.isForgettable()) {
        return true;
      }
    }
    return false;
  }

  /** Keeps the memory from being given back until {@link #endUse}. */
  public void beginUse(AfterLock after) {
    setUses(uses + 1, after);
  }

  public void endUse(AfterLock after) {
    setUses(uses - 1, after);
  }

  private void setUses(int next, AfterLock after) {
    int before = uses;
    after.undo(() -> uses = before);
    uses = next;
  }

  /**
   * Asks leases in this place back, after the gates were narrowed and before it is looked which
   * mappings are in.
   */
  void recall(boolean onlyWriting, Recall why) {
    for (Occupancy occupancy : occupancies) {
      occupancy.recall(onlyWriting, why);
    }
  }

  /** Asks the leases of one attachment back. */
  public void recall(AttachedDevice attachment, Recall why) {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.attachment() == attachment) {
        occupancy.recall(/* onlyWriting= */ false, why);
      }
    }
  }

  /** Forgets leases that are over, and tells of those that were asked back. */
  public void endLeases(AfterLock after) {
    for (Occupancy occupancy : occupancies) {
      occupancy.endLeases(after);
    }
  }

  /** The leases in this place that are not over. */
  public Stream<LeaseState> leases() {
    return occupancies.stream().flatMap(it -> it.leases().stream()).map(BufferLease::snapshot);
  }

  /** Whether no mapping and no use by the broker is in this place. */
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

  /** Whether a mapping that may write is in this place. */
  public boolean hasWriters() {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.hasWriters()) {
        return true;
      }
    }
    return false;
  }

  /** Whether the thread has made a mapping that is still out; of those that write, if so asked. */
  public boolean isHeldBy(Object thread, boolean writing) {
    return occupancies.stream().anyMatch(it -> it.isHeldBy(thread, writing));
  }

  /** The threads that made mappings which are still out; of those that write, if so asked. */
  public List<Object> threads(boolean writing) {
    List<Object> threads = new ArrayList<>();
    occupancies.forEach(it -> it.addThreads(writing, threads));
    return threads;
  }

  /** Adds the holders of mappings in this place. */
  public void addHolders(String buffer, long nowNanos, List<Holder> holders) {
    for (Occupancy it : occupancies) {
      it.addHolders(buffer, it.attachment().device().name(), nowNanos, holders);
    }
  }

  /** The holders of mappings that write. */
  public List<Holder> writers(String buffer, long nowNanos) {
    List<Holder> holders = new ArrayList<>();
    addHolders(buffer, nowNanos, holders);
    holders.removeIf(holder -> !holder.access().writes());
    return holders;
  }

  /** How many mappings there have been in this place. */
  public long takings() {
    long sum = forgottenTakings;
    for (Occupancy occupancy : occupancies) {
      sum += occupancy.takings();
    }
    return sum;
  }

  /** When the last mapping began, or when the memory was allocated if there was none. */
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
