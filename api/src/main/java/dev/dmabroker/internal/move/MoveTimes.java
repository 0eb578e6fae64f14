package dev.dmabroker.internal.move;

import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Time;
import java.time.Duration;

/**
 * When a move did what. One thread after the other writes the times: under the buffer's lock, or
 * the thread that copies.
 */
final class MoveTimes {
  private final Time time;
  private final long startNanos;
  private long stallNanos;
  private long drainedNanos;
  private long fencedNanos;
  private long copyNanos;
  private long copiedBytes;
  private Duration deadline = Duration.ZERO;

  /** Makes the times of a move that starts now. */
  MoveTimes(Time time) {
    this.time = time;
    this.startNanos = time.nanos();
  }

  /** Has a change that throws put back the times that changes write. */
  void keep(AfterLock after) {
    long stall = stallNanos;
    long drained = drainedNanos;
    long fenced = fencedNanos;
    Duration hold = deadline;
    after.undo(
        () -> {
          stallNanos = stall;
          drainedNanos = drained;
          fencedNanos = fenced;
          deadline = hold;
        });
  }

  long now() {
    return time.nanos();
  }

  void startStall() {
    stallNanos = time.nanos();
  }

  /**
   * Notes how long after its beginning the stall has to end, and returns how much of it is left.
   */
  Duration mayDrainFor(Duration deadline) {
    this.deadline = deadline;
    Duration left = deadline.minusNanos(time.nanos() - stallNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  void endDrain() {
    drainedNanos = time.nanos();
  }

  /** Whether no mapping writes any more. */
  boolean isDrained() {
    return drainedNanos != 0;
  }

  /** The kernel's fences have signalled, or do not matter. */
  void endFences() {
    fencedNanos = time.nanos();
  }

  void copied(long bytes, long nanos) {
    copiedBytes = bytes;
    copyNanos = nanos;
  }

  long copiedBytes() {
    return copiedBytes;
  }

  Duration deadline() {
    return deadline;
  }

  /** How long the copy took. */
  Duration copy() {
    return Duration.ofNanos(copyNanos);
  }

  /** How long the move prepared, while mappings went on. */
  Duration prepare(long nowNanos) {
    return Duration.ofNanos((stallNanos == 0 ? nowNanos : stallNanos) - startNanos);
  }

  /** How long mappings that write were stalled. */
  Duration stall(long nowNanos) {
    return Duration.ofNanos(stallNanos == 0 ? 0 : nowNanos - stallNanos);
  }

  /** How long the move waited for mappings and fences. */
  Duration drain(long nowNanos) {
    long end = fencedNanos == 0 ? nowNanos : fencedNanos;
    return Duration.ofNanos(stallNanos == 0 ? 0 : end - stallNanos);
  }
}
