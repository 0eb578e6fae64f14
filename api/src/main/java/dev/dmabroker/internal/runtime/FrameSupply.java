package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Completes futures that its callers made with the frames of a stream. Thread-safe.
 *
 * @param <F> the frames
 */
public interface FrameSupply<F> {

  /**
   * Completes the future with the next frame, once there is one; on the callback executor, unless
   * it is a {@link PromptFuture}.
   */
  void supply(CompletableFuture<? super F> future);

  /**
   * Completes the future as {@link #supply(CompletableFuture)} does, and at the latest after that
   * time, then with an error: a frame that comes later is another waiter's.
   */
  void supply(CompletableFuture<? super F> future, Duration timeout);
}
