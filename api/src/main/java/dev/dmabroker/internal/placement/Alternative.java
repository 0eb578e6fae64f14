package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.Constraints;

/** Holds one of a device's alternatives, worked out against a broker's heaps. Thread-safe. */
public final class Alternative {
  private final Constraints constraints;
  private final KnownDemand demand;
  private final BufferCounts counts;
  private final ImmutableList<WeightedWish> wishes;

  /**
   * Holds an alternative.
   *
   * @param constraints what the device asks
   * @param demand what the device requires
   * @param wishes what the device prefers
   */
  Alternative(Constraints constraints, KnownDemand demand, ImmutableList<WeightedWish> wishes) {
    this.constraints = constraints;
    this.demand = demand;
    this.counts = BufferCounts.of(constraints.counts());
    this.wishes = wishes;
  }

  /** Returns the alternative without what the device only prefers. */
  Alternative withoutWishes() {
    return new Alternative(constraints, demand, ImmutableList.of());
  }

  /** Returns what the device asks. */
  public Constraints constraints() {
    return constraints;
  }

  /** Returns what the device requires of the heaps of that table. */
  public DeviceDemand demand(HeapTable table) {
    return demand.of(table);
  }

  /** Returns what the device asks of counts of buffers. */
  BufferCounts counts() {
    return counts;
  }

  /** Returns what the device prefers. */
  ImmutableList<WeightedWish> wishes() {
    return wishes;
  }
}
