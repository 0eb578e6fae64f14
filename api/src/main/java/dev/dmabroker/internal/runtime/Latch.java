package dev.dmabroker.internal.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands for an event that happens once, and that any number of threads wait for. This class is
 * thread-safe.
 */
public final class Latch {
  private final CountDownLatch latch = new CountDownLatch(1);

  /** Notes that the event has happened, and lets all waiters go on. */
  public void open() {
    latch.countDown();
  }

  /**
   * Blocks until the event has happened, or for {@code nanos} at most.
   *
   * @return the interrupt that ended the wait; null if no interrupt did. The thread does not count
   *     as interrupted any more, so that the caller can first end what it is at.
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
