package dev.dmabroker.internal.runtime;

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
 * A wait for something that is granted or refused once. Whether it has ended is decided by its
 * user, under a lock or by a claim; the waiter is told after that. Thread-safe.
 *
 * @param <T> what is granted
 */
public final class Wait<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();

  /** Ends the wait after the lock is released. */
  public void grant(AfterLock after, T granted) {
    after.wake(() -> future.complete(granted));
  }

  /** Ends the wait after the lock is released. */
  public void fail(AfterLock after, BrokerException failure) {
    after.wake(() -> future.completeExceptionally(failure));
  }

  /** Ends the wait now. */
  public void failNow(Throwable failure) {
    future.completeExceptionally(failure);
  }

  /** Whether the waiter was told. */
  public boolean isTold() {
    return future.isDone();
  }

  /** Calls back in the thread that grants or refuses it. */
  public void then(BiConsumer<@Nullable T, @Nullable Throwable> told) {
    CompletableFuture<?> unused = future.whenComplete(told);
  }

  /**
   * Parks until the end.
   *
   * @param giveUp ends the wait, and makes what to throw; null if the wait has ended before. Given
   *     the interrupt, or null at the deadline.
   */
  public T await(
      long nanos, Function<@Nullable InterruptedException, @Nullable BrokerException> giveUp) {
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

  private T endedOr(@Nullable BrokerException failure) {
    if (failure != null) {
      throw failure;
    }
    return ended();
  }

  /** What came of a wait that has ended, though the waiter may be about to be told only. */
  public T ended() {
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

  // ---- Beside a future that is told of the end later ----

  /** Blocks until the end, or until the other is done. */
  public void awaitEither(CompletableFuture<?> other) {
    either(other).join();
  }

  /** {@link #awaitEither} that an interrupt ends. */
  public void awaitEitherInterruptibly(CompletableFuture<?> other) throws InterruptedException {
    try {
      either(other).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // It is never completed so.
    }
  }

  /** {@link #awaitEitherInterruptibly} for so long at most. */
  public void awaitEither(CompletableFuture<?> other, long timeout, TimeUnit unit)
      throws InterruptedException, TimeoutException {
    try {
      either(other).get(timeout, unit);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // It is never completed so.
    }
  }

  private CompletableFuture<?> either(CompletableFuture<?> other) {
    return CompletableFuture.anyOf(future, other).handle((done, failure) -> this);
  }
}
