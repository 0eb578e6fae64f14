package dev.dmabroker.samples.replay;

import java.util.concurrent.locks.LockSupport;

/**
 * The time on the wall, from now on. When the player that awaits it comes late, because other
 * programs have the processor, it is set back to what was due: otherwise a map and its end would
 * come at once, and frames be dropped that the broker had no chance to serve.
 */
final class RealTime implements Pacer {
  private static final long LATE_NANOS = 1_000_000;

  private final double speed;

  /** Written by the thread that awaits. */
  private volatile long startNanos = System.nanoTime();

  /**
   * Begins.
   *
   * @param speed how many of the pacer's seconds pass in one second
   */
  RealTime(double speed) {
    this.speed = speed;
  }

  @Override
  public long micros() {
    return (long) ((System.nanoTime() - startNanos) * speed / 1000);
  }

  @Override
  public void await(long micros) {
    long dueNanos = startNanos + (long) (micros * 1000 / speed);
    long left = dueNanos - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = dueNanos - System.nanoTime();
    }
    if (-left > LATE_NANOS) {
      setBack(-left);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread awaits.
  private void setBack(long nanos) {
    startNanos += nanos;
  }
}
