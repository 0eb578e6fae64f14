package dev.dmabroker.internal;

import dev.dmabroker.Holder;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The backing that a buffer has, with its generation. Compared by identity. */
final class Place {
  private static final VarHandle WRITTEN;

  static {
    try {
      WRITTEN = MethodHandles.lookup().findVarHandle(Place.class, "written", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final HeapTable table;
  private final int heap;
  private final Target target;
  private final Backing backing;
  private final Layout layout;
  private final List<Participant> leftOut;
  private final long neededBytes;
  private final long sizeBytes;
  private final long generation;

  /**
   * Of adopted memory, whose table has this one place and none of the broker's heaps: who was asked
   * and took it, whatever is known of it. Null if a heap gave it. Under the buffer's lock.
   */
  private final @Nullable Set<Participant> accepted;

  private final long sinceNanos = System.nanoTime();

  /** What the broker itself does with it now that must not outlast it; under the buffer's lock. */
  private int uses;

  /** Whose mappings may lie in it; under the buffer's lock. */
  private final List<Occupancy> occupancies = new ArrayList<>(2);

  /** Mappings made by those that {@link #prune} forgot; under the buffer's lock. */
  private long forgottenTakings;

  /** Whether there are contents worth keeping. Read after the drain, which orders it. */
  @SuppressWarnings("UnusedVariable") // Reached through the VarHandle.
  private boolean written;

  Place(
      HeapTable table,
      int heap,
      Target target,
      Solution.Choice choice,
      Backing backing,
      long generation) {
    this.table = table;
    this.heap = heap;
    this.target = target;
    this.backing = backing;
    this.layout = choice.layout();
    this.leftOut = choice.leftOut();
    this.neededBytes = choice.neededBytes();
    this.sizeBytes = backing.sizeBytes();
    this.generation = generation;
    this.accepted = null;
  }

  /** Memory that was there before, with contents. Devices get all of it. */
  Place(HeapTable itself, Target target, Layout layout, Backing backing) {
    this.table = itself;
    this.heap = 0;
    this.target = target;
    this.backing = backing;
    this.layout = layout;
    this.leftOut = List.of();
    this.sizeBytes = backing.sizeBytes();
    this.neededBytes = sizeBytes;
    this.generation = 1;
    this.accepted = new HashSet<>();
    markWritten();
  }

  HeapAccount heap() {
    return table.account(heap);
  }

  Backing backing() {
    return backing;
  }

  Layout layout() {
    return layout;
  }

  /** Dispensable devices that it was not made for. */
  List<Participant> leftOut() {
    return leftOut;
  }

  /** Bytes allocated, as the heap said when it gave them. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** The heap's number; -1 if it is none of the broker's. */
  int heapNumber() {
    return isAdopted() ? -1 : heap;
  }

  boolean isAdopted() {
    return accepted != null;
  }

  long generation() {
    return generation;
  }

  boolean isWritten() {
    return (boolean) WRITTEN.getOpaque(this);
  }

  /** Looks before it writes, so that the shared line stays clean once it is set. */
  void markWritten() {
    if (!isWritten()) {
      WRITTEN.setOpaque(this, true);
    }
  }

  /** Whether the device can use it, with any of its alternatives. */
  boolean suits(Participant device) {
    for (Alternative alternative : device.alternatives()) {
      // What was needed: what a heap rounds up to is no device's concern.
      if (memory(device, alternative).suits(table, heap, target, layout, neededBytes)
          || (accepted != null && accepted.contains(device) && suitsOtherwise(alternative))) {
        return true;
      }
    }
    return false;
  }

  /** What a device asks is known of the broker's heaps only, and worked out here for others. */
  private Demand.Memory memory(Participant device, Alternative alternative) {
    return isAdopted()
        ? new Demand.Memory(table, device.name(), alternative.constraints())
        : alternative.memory();
  }

  /** In what a trial import does not tell. */
  private boolean suitsOtherwise(Alternative alternative) {
    return (!alternative.constraints().cpuReach() || heap().traits().cpuReach().is(true))
        && alternative.memory().suitsStored(target, layout, neededBytes);
  }

  /** The device was asked and took it. Under the buffer's lock. */
  void accept(Participant device) {
    if (accepted != null) {
      accepted.add(device);
    }
  }

  /** Why it does not suit the device. */
  String unmet(Participant device) {
    return device.alternatives().stream()
        .map(alternative -> table.info(heap).unmet(device.name(), alternative.constraints()))
        .flatMap(Optional::stream)
        .findFirst()
        .map(unmet -> unmet.field() + " (" + unmet.reason() + ")")
        .orElse("the buffer's size or layout, " + neededBytes + " bytes as " + layout);
  }

  // ---- Who is in; under the buffer's lock, and final once the gates let nobody in ----

  Occupancy occupancy(AttachedDevice attachment) {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.attachment() == attachment) {
        return occupancy;
      }
    }
    Occupancy first = new Occupancy(attachment, this);
    occupancies.add(first);
    return first;
  }

  /** Forgets those who were detached and have nothing out. */
  void prune() {
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
  void beginUse() {
    uses++;
  }

  void endUse() {
    uses--;
  }

  boolean isIdle() {
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

  boolean hasWriters() {
    for (Occupancy occupancy : occupancies) {
      if (occupancy.hasWriters()) {
        return true;
      }
    }
    return false;
  }

  boolean isHeldBy(Thread thread, boolean writing) {
    return occupancies.stream().anyMatch(it -> it.isHeldBy(thread, writing));
  }

  /** The threads that made mappings which are still out. */
  List<Thread> threads(boolean writing) {
    List<Thread> threads = new ArrayList<>();
    occupancies.forEach(it -> it.addThreads(writing, threads));
    return threads;
  }

  void addHolders(String buffer, long nowNanos, List<Holder> holders) {
    for (Occupancy it : occupancies) {
      it.addHolders(buffer, it.attachment().device().name(), nowNanos, holders);
    }
  }

  /** Mappings that there have been. */
  long takings() {
    long sum = forgottenTakings;
    for (Occupancy occupancy : occupancies) {
      sum += occupancy.takings();
    }
    return sum;
  }

  /** When it was allocated. */
  long sinceNanos() {
    return sinceNanos;
  }

  long lastUseNanos() {
    long last = sinceNanos;
    for (Occupancy occupancy : occupancies) {
      last = occupancy.lastUseNanos(last);
    }
    return last;
  }

  /** The longest that anybody who may write now has declared to hold a mapping. */
  Duration longestHoldOfWriters() {
    return occupancies.stream()
        .filter(Occupancy::hasWriters)
        .map(it -> it.attachment().device().longestHold())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  void release() {
    heap().release(backing, sizeBytes);
  }
}
