package dev.dmabroker.internal.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Stands for an event that happens once, and that any number of threads wait for. This class is
 * thread-safe.
 */
public final class Latch {
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();

  /** Notes that the event has happened, and lets all waiters go on. */
  public void open() {
    boolean unused = opened.complete(true);
  }

  /**
   * Blocks until the event has happened, or for {@code nanos} at most.
   *
   * @return the interrupt that ended the wait; null if no interrupt did. The thread does not count
   *     as interrupted any more, so that the caller can first end what it is at.
   */
  public @Nullable InterruptedException await(long nanos) {
    try {
      boolean unused = World.here().get(opened, nanos);
      return null;
    } catch (TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      return e;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // The future is never completed like this.
    }
  }
}
