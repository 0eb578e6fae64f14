package dev.dmabroker.internal;

import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one buffer: what a heap gave for it, or the application handed in, how the buffer
 * is laid out in it, and which devices it suits. All but {@link #accept} is immutable. Compared by
 * identity.
 */
final class PlacedMemory {
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
   * Of adopted memory, whose table has this one heap and none of the broker's: the devices that
   * were asked and took it, whatever is known of it. Null if a heap gave it. Under the buffer's
   * lock.
   */
  private final @Nullable Set<Participant> accepted;

  private final long sinceNanos = System.nanoTime();

  /** What a heap of the table gave to be used as chosen. */
  PlacedMemory(
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
  PlacedMemory(HeapTable itself, Target target, Layout layout, Backing backing) {
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

  /** Whether the application handed it in, so that it had contents from the first. */
  boolean isAdopted() {
    return accepted != null;
  }

  long generation() {
    return generation;
  }

  /** When it was allocated. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** Whether the device can use it, with any of its alternatives. */
  boolean suits(Participant device) {
    for (Alternative alternative : device.alternatives()) {
      // What was needed: what a heap rounds up to is no device's concern.
      if (demand(device, alternative).suits(table, heap, target, layout, neededBytes)
          || (accepted != null && accepted.contains(device) && suitsOtherwise(alternative))) {
        return true;
      }
    }
    return false;
  }

  /** What a device asks is known of the broker's heaps only, and worked out here for others. */
  private DeviceDemand demand(Participant device, Alternative alternative) {
    return isAdopted()
        ? new DeviceDemand(table, device.name(), alternative.constraints())
        : alternative.demand();
  }

  /** Whether it suits in what a trial import does not tell. */
  private boolean suitsOtherwise(Alternative alternative) {
    return (!alternative.constraints().cpuReach() || heap().traits().cpuReach().is(true))
        && alternative.demand().suitsStored(target, layout, neededBytes);
  }

  /** Notes that the device was asked and took it. Under the buffer's lock. */
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

  /** Gives it back to its heap. Calls the heap, so it must not run under a lock. */
  void release() {
    heap().release(backing, sizeBytes);
  }
}
