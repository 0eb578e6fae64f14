package dev.dmabroker.internal.move;

import dev.dmabroker.internal.runtime.Time;
import java.time.Duration;

/**
 * When a move did what. Written by one thread after the other, under the buffer's lock or its
 * mover.
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

  /** The times of a move that starts now. */
  MoveTimes(Time time) {
    this.time = time;
    this.startNanos = time.nanos();
  }

  long now() {
    return time.nanos();
  }

  void startStall() {
    stallNanos = time.nanos();
  }

  void mayDrainFor(Duration deadline) {
    this.deadline = deadline;
  }

  void endDrain() {
    drainedNanos = time.nanos();
  }

  /** Whether nobody writes any more. */
  boolean isDrained() {
    return drainedNanos != 0;
  }

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

  Duration copy() {
    return Duration.ofNanos(copyNanos);
  }

  Duration prepare(long nowNanos) {
    return Duration.ofNanos((stallNanos == 0 ? nowNanos : stallNanos) - startNanos);
  }

  Duration stall(long nowNanos) {
    return Duration.ofNanos(stallNanos == 0 ? 0 : nowNanos - stallNanos);
  }

  Duration drain(long nowNanos) {
    long end = fencedNanos == 0 ? nowNanos : fencedNanos;
    return Duration.ofNanos(stallNanos == 0 ? 0 : end - stallNanos);
  }
}
