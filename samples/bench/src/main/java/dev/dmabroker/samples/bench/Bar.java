package dev.dmabroker.samples.bench;

/** What the design promises, and where it says no more than "flat" or "linear", what that means. */
enum Bar {
  /** One thread maps and unmaps a settled buffer, beside two uncontended atomic adds. */
  MAP(Unit.TIMES, 1.5),
  /** What that leaves for the collector, an operation. */
  MAP_GARBAGE(Unit.BYTES, 0),
  /** Two threads on two attachments of one buffer, beside one thread, an operation. */
  MAP_TWO_THREADS(Unit.TIMES, 1.2),
  /** One thread with metrics bound, beside one without. */
  MAP_METRICS(Unit.TIMES, 1.1),
  /** The life of a buffer that is mapped once, beside the same system calls from C. */
  FIRST_MAP(Unit.TIMES, 1.3),
  /** A use of a view that keeps its address, of memory that lies still, beside map and CPU view. */
  FIXED_VIEW(Unit.TIMES, 1.5),
  /** The 99th percentile of a stall whose contents are kept, beside that of one copy. */
  MOVE_KEPT(Unit.TIMES, 1.3),
  /** The 99th percentile of a stall whose contents are dead, less the drain. */
  MOVE_DEAD(Unit.NANOS, 100_000),
  /** A settled map and unmap of a buffer of another process, beside a local one. */
  REMOTE_MAP(Unit.TIMES, 1.5),
  /** A frame from submit in one process to take in another, beside two bare messages. */
  REMOTE_FRAME(Unit.TIMES, 3),
  /** What the stall of a move is longer with a holder in another process. */
  REMOTE_STALL(Unit.NANOS, 300_000),
  /** Frames that are dropped when a stricter device attaches mid-stream. */
  STREAM(Unit.COUNT, 0),
  /** A plan for 8 devices over 8 heaps. */
  PLAN(Unit.NANOS, 2_000),
  /**
   * Linear: a device or heap costs a plan for 1,000 x 1,000 at most so much of what it costs one
   * for 8 x 8. Were it their product, it would be 125 times as much.
   */
  PLAN_LINEAR(Unit.TIMES, 1.5),
  /** One device more on a buffer that has eight. */
  ATTACH(Unit.NANOS, 1_000),
  /** A plan with alternatives. */
  ALTERNATIVES(Unit.NANOS, 50_000),
  /** Heap for one exported, unbacked buffer with two attachments. */
  MEMORY(Unit.BYTES, 1_024),
  /** A broker that is built with one modelled heap, beyond one call by JNA. */
  START(Unit.NANOS, 120e6),
  /** The sample quickstart, from its start to its end. */
  START_SAMPLE(Unit.NANOS, 450e6),
  /** Flat: among 10,000 devices it costs at most so much of what it costs among 10. */
  DEVICES_FLAT(Unit.TIMES, 1.5),
  /** Flat: ten times the things take at most 1.8 times the time, as caches of the CPU hold less. */
  SCALE_FLAT(Unit.GROWTH, 0.25),
  /** Linear: what lists all things takes at most 14 times as long for ten times as many. */
  SCALE_LINEAR(Unit.GROWTH, 1.15);

  private final Unit unit;
  private final double most;

  Bar(Unit unit, double most) {
    this.unit = unit;
    this.most = most;
  }

  boolean isMetBy(double figure) {
    return figure <= most;
  }

  /** For a person to read. */
  String text() {
    return most == 0 ? "none" : "at most " + unit.text(most);
  }
}
