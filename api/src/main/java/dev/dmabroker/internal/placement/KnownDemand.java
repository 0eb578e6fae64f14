package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.Constraints;

/**
 * Works out what constraints demand of the heaps of a table, once for each table that comes: heaps
 * join and vanish, and a search that began before goes on with the table that it began with. This
 * class is thread-safe.
 */
final class KnownDemand {
  private final String device;
  private final Constraints constraints;

  /** The demand against the newest table that was asked about. */
  private volatile DeviceDemand newest;

  KnownDemand(HeapTable table, String device, Constraints constraints) {
    this.device = device;
    this.constraints = constraints;
    this.newest = new DeviceDemand(table, device, constraints);
  }

  /** Returns what is demanded of the heaps of that table. */
  @SuppressWarnings("ReferenceEquality") // A table stands for the heaps of one moment.
  DeviceDemand of(HeapTable table) {
    DeviceDemand known = newest;
    if (known.table() == table) {
      return known;
    }
    DeviceDemand other = new DeviceDemand(table, device, constraints);
    if (table.isNewerThan(known.table())) {
      newest = other;
    }
    return other;
  }
}
