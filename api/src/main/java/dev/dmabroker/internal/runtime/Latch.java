package dev.dmabroker.internal.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Something that happens once, and that any number of threads wait for. Thread-safe. */
public final class Latch {
  private final CountDownLatch latch = new CountDownLatch(1);

  /** It has happened. */
  public void open() {
    latch.countDown();
  }

  /**
   * Blocks until it has happened, or for so long at most.
   *
   * @return the interrupt that ended the wait; null if none did. The thread does not count as
   *     interrupted any more, so that the caller can end what it is at first.
   */
  public @Nullable InterruptedException await(long nanos) {
    try {
      boolean unused = latch.await(nanos, TimeUnit.NANOSECONDS);
      return null;
    } catch (InterruptedException e) {
      return e;
    }
  }
}
