package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits in a {@link FrameWaiters}. Whether it has ended is decided under the stream's
 * lock, by taking it out of the line; who waits is told after.
 */
final class Wait<F> {
  private final CompletableFuture<F> future = new CompletableFuture<>();

  void grant(AfterLock after, F frame) {
    after.wake(() -> future.complete(frame));
  }

  void fail(AfterLock after, BrokerException failure) {
    after.wake(() -> future.completeExceptionally(failure));
  }

  /** Calls back in the thread that grants or refuses it. */
  void then(BiConsumer<@Nullable F, @Nullable Throwable> told) {
    CompletableFuture<?> unused = future.whenComplete(told);
  }

  /**
   * Parks until the end.
   *
   * @param giveUp takes it out of the line, and makes what to throw; null if it has ended before.
   *     Given the interrupt, or null at the deadline.
   */
  F await(long nanos, Function<@Nullable InterruptedException, @Nullable BrokerException> giveUp) {
    try {
      return future.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      return endedOr(giveUp.apply(null));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return endedOr(giveUp.apply(e));
    }
  }

  /** What came of it is about to be told, if it was too late to give up. */
  private F endedOr(@Nullable BrokerException failure) {
    if (failure != null) {
      throw failure;
    }
    try {
      return future.join();
    } catch (CompletionException e) {
      throw failure(e.getCause());
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof BrokerException failure) {
      return failure;
    }
    throw new IllegalStateException("a wait failed with what is not a BrokerException", cause);
  }
}
