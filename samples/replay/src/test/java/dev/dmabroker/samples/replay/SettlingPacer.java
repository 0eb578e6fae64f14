package dev.dmabroker.samples.replay;

import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * Time that stands still until no map is pending; from a moment on it goes as fast as it can. So
 * tests play in no time, and every map that can be granted is.
 */
final class SettlingPacer implements Pacer {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final long untilMicros;
  private IntSupplier pending = () -> 0;
  private volatile long micros;

  /**
   * Settles before each operation up to that time.
   *
   * @param untilMicros {@code Long.MAX_VALUE} for all
   */
  SettlingPacer(long untilMicros) {
    this.untilMicros = untilMicros;
  }

  /** Says how many maps are pending. */
  void watch(IntSupplier pending) {
    this.pending = pending;
  }

  @Override
  public long micros() {
    return micros;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it polls; nothing relies on who runs.
  public void await(long due) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (due <= untilMicros && pending.getAsInt() > 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(pending.getAsInt() + " maps are pending after " + DEADLINE);
      }
      Thread.yield();
    }
    micros = due;
  }
}
