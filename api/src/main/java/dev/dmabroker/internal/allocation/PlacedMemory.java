package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.placement.Alternative;
import dev.dmabroker.internal.placement.DeviceDemand;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.spec.Layout;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the memory of one buffer, which a heap gave or the application handed in. It knows how the
 * buffer is laid out in the memory, and which devices the memory suits. All but {@link #accept} is
 * immutable. Objects are compared by identity.
 */
public final class PlacedMemory {
  private final HeapTable table;
  private final int heap;
  private final Target target;
  private final HeapMemory memory;
  private final Layout layout;
  private final List<Participant> leftOut;
  private final long neededBytes;
  private final long generation;

  /**
   * The devices that were asked and took adopted memory, whatever is known of it; null if a heap of
   * the broker gave the memory. The table of adopted memory has this one heap and none of the
   * broker's. The set is guarded by the buffer's lock.
   */
  private final @Nullable Set<Participant> accepted;

  private final Runnable beforeRelease;

  private final boolean movable;
  private final long sinceNanos;

  /**
   * Holds memory that a heap of the table gave, to be used as chosen.
   *
   * @param beforeRelease is called before the memory is given back, and may be called again
   */
  public PlacedMemory(
      HeapTable table,
      int heap,
      Target target,
      Solution.Choice choice,
      HeapMemory memory,
      Runnable beforeRelease,
      long generation,
      long sinceNanos) {
    this.table = table;
    this.heap = heap;
    this.target = target;
    this.memory = memory;
    this.layout = choice.layout();
    this.beforeRelease = beforeRelease;
    this.leftOut = choice.leftOut();
    this.neededBytes = choice.neededBytes();
    this.generation = generation;
    this.sinceNanos = sinceNanos;
    this.movable = true;
    this.accepted = null;
  }

  /**
   * Holds memory that was there before, with contents. Devices get all of it.
   *
   * @param movable whether the buffer may leave the memory
   */
  public PlacedMemory(
      HeapTable itself,
      Target target,
      Layout layout,
      HeapMemory memory,
      boolean movable,
      long sinceNanos) {
    this.table = itself;
    this.heap = 0;
    this.target = target;
    this.memory = memory;
    this.layout = layout;
    this.beforeRelease = () -> {};
    this.leftOut = List.of();
    this.neededBytes = memory.sizeBytes();
    this.generation = 1;
    this.sinceNanos = sinceNanos;
    this.movable = movable;
    this.accepted = new HashSet<>();
  }

  public HeapAccount heap() {
    return table.account(heap);
  }

  public HeapMemory memory() {
    return memory;
  }

  public Layout layout() {
    return layout;
  }

  /** Returns the dispensable devices that the memory was not made for. */
  public List<Participant> leftOut() {
    return leftOut;
  }

  /** Returns the bytes allocated, as the heap said when it gave them. */
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  /** Tells whether the application handed the memory in, so that it had contents from the first. */
  public boolean isAdopted() {
    return accepted != null;
  }

  /** Tells whether the buffer may leave the memory. */
  public boolean isMovable() {
    return movable;
  }

  public long generation() {
    return generation;
  }

  /** Returns when the memory was allocated. */
  public long sinceNanos() {
    return sinceNanos;
  }

  /** Tells whether the device can use the memory, with any of its alternatives. */
  public boolean suits(Participant device) {
    for (Alternative alternative : device.alternatives()) {
      // The bytes that were needed count: what a heap rounds up to is no device's concern.
      DeviceDemand demand = demand(device, alternative);
      if (demand.suits(heap, target, layout, neededBytes)
          || (accepted != null
              && accepted.contains(device)
              && suitsOtherwise(alternative, demand))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns what the device asks. That is known for the broker's heaps only, so it is worked out
   * here for adopted memory.
   */
  private DeviceDemand demand(Participant device, Alternative alternative) {
    return isAdopted()
        ? new DeviceDemand(table, device.name(), alternative.constraints())
        : alternative.demand(table);
  }

  /** Tells whether the memory suits in what a trial import does not tell. */
  private boolean suitsOtherwise(Alternative alternative, DeviceDemand demand) {
    return (!alternative.constraints().cpuReach() || heap().traits().cpuReach().is(true))
        && demand.suitsStored(target, layout, neededBytes);
  }

  /** Notes that the device was asked and took the memory. The caller holds the buffer's lock. */
  public void accept(Participant device) {
    if (accepted != null) {
      accepted.add(device);
    }
  }

  /** Returns why the memory does not suit the device. */
  public String unmet(Participant device) {
    return device.alternatives().stream()
        .map(alternative -> table.info(heap).unmet(device.name(), alternative.constraints()))
        .flatMap(Optional::stream)
        .findFirst()
        .map(unmet -> unmet.field() + " (" + unmet.reason() + ")")
        .orElse("the buffer's size or layout, " + neededBytes + " bytes as " + layout);
  }

  /**
   * Gives the memory back to its heap, or does what is left of that. This calls the heap, so it
   * must not run under a lock.
   */
  public void release() {
    beforeRelease.run();
    memory.release();
  }
}
