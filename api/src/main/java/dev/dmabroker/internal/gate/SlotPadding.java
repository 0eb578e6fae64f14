package dev.dmabroker.internal.gate;

/**
 * Keeps the fields of a {@link Slot} or {@link UseWord} off its neighbours' cache lines, 64 bytes
 * and the prefetched next.
 */
@SuppressWarnings("unused")
class SlotPadding {
  private long p0;
  private long p1;
  private long p2;
  private long p3;
  private long p4;
  private long p5;
  private long p6;
  private long p7;
}
