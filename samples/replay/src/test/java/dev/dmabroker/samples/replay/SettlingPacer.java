package dev.dmabroker.samples.replay;

import dev.dmabroker.testing.Await;
import java.util.function.IntSupplier;

/**
 * Time that stands still until no map is pending; from a moment on it goes as fast as it can. So
 * tests play in no time, and every map that can be granted is.
 */
final class SettlingPacer implements Pacer {
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
  public void await(long due) {
    if (due <= untilMicros) {
      Await.until("no map is pending", () -> pending.getAsInt() == 0);
    }
    micros = due;
  }
}
