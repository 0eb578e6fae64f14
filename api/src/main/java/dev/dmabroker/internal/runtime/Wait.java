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
 * Waits for something that is granted or refused once, for example a mapping. The code that uses a
 * wait decides under a lock or by a claim whether the wait has ended; the waiter is told after
 * that. This class is thread-safe.
 *
 * @param <T> what is granted
 */
public final class Wait<T> {
  private static final long ABOUT_NANOS = 10_000_000;

  private final CompletableFuture<T> future = new CompletableFuture<>();

  /** Lets the waiter go on with what is granted, after the lock is released. */
  public void grant(AfterLock after, T granted) {
    after.wake(() -> future.complete(granted));
  }

  /** Lets the waiter go on with a failure, after the lock is released. */
  public void fail(AfterLock after, BrokerException failure) {
    after.wake(() -> future.completeExceptionally(failure));
  }

  /** Ends the wait with a failure now, in the calling thread. */
  public void failNow(Throwable failure) {
    future.completeExceptionally(failure);
  }

  /** Tells whether the waiter was told. */
  public boolean isTold() {
    return future.isDone();
  }

  /**
   * Calls back in the thread that grants or refuses; at once if the waiter was told before. If the
   * callback finds no stack or memory it is called once more.
   */
  public void then(BiConsumer<@Nullable T, @Nullable Throwable> told) {
    Callback callback = new Callback(told);
    // The future keeps what a callback throws to itself, and goes on with the next.
    CompletableFuture<?> unused = future.whenComplete(callback).whenComplete(callback);
  }

  /** Calls back when it is called first, and again only if that found no stack or memory. */
  private final class Callback implements BiConsumer<@Nullable T, @Nullable Throwable> {
    private final BiConsumer<@Nullable T, @Nullable Throwable> told;
    private boolean over;

    Callback(BiConsumer<@Nullable T, @Nullable Throwable> told) {
      this.told = told;
    }

    @Override
    public void accept(@Nullable T unused, @Nullable Throwable unusedToo) {
      if (over) {
        return;
      }
      T granted = null;
      Throwable failure = null;
      try {
        granted = future.join();
      } catch (CompletionException e) {
        failure = e.getCause();
      }
      try {
        told.accept(granted, failure);
        over = true;
      } catch (VirtualMachineError e) {
        throw e;
      } catch (Throwable t) {
        over = true;
        throw t;
      }
    }
  }

  /**
   * Parks until the wait has ended.
   *
   * @param giveUp ends the wait, and makes what to throw; returns null if the wait has ended
   *     before. Its argument is the interrupt, or null at the deadline.
   */
  public T await(
      long nanos, Function<@Nullable InterruptedException, @Nullable BrokerException> giveUp) {
    long left = nanos;
    while (true) {
      try {
        return World.here().get(future, left);
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      } catch (TimeoutException e) {
        BrokerException failure = giveUp.apply(null);
        if (failure != null) {
          throw failure;
        }
        left = ABOUT_NANOS; // It is about to end, unless the change that ends it is undone.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return endedOr(giveUp.apply(e));
      }
    }
  }

  /** Throws the failure; without one the wait has ended otherwise, and its outcome counts. */
  private T endedOr(@Nullable BrokerException failure) {
    if (failure != null) {
      throw failure;
    }
    return ended();
  }

  /**
   * Returns or throws the outcome of a wait that has ended. If the waiter is only about to be told,
   * this blocks until then.
   */
  public T ended() {
    try {
      return World.here().join(future);
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

  // ---- Waits beside a future that is told of the end later ----

  /** Blocks until the wait has ended, or until the other future is done. */
  public void awaitEither(CompletableFuture<?> other) {
    try {
      Object unused = World.here().join(either(other));
    } catch (CompletionException e) {
      // One of both has failed, which its owner finds.
    }
  }

  /** Does what {@link #awaitEither(CompletableFuture)} does, and is ended by an interrupt, too. */
  public void awaitEitherInterruptibly(CompletableFuture<?> other) throws InterruptedException {
    try {
      awaitEither(other, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e); // That is in 292 years.
    }
  }

  /** Does what {@link #awaitEitherInterruptibly} does, for at most the timeout. */
  public void awaitEither(CompletableFuture<?> other, long timeout, TimeUnit unit)
      throws InterruptedException, TimeoutException {
    try {
      Object unused = World.here().get(either(other), unit.toNanos(timeout));
    } catch (ExecutionException e) {
      // One of both has failed, which its owner finds.
    }
  }

  /**
   * Returns a future that is done as soon as one of both is. No code of the engine runs as that
   * happens: the thread that ends one of them may have no stack left for it.
   */
  private CompletableFuture<Object> either(CompletableFuture<?> other) {
    return CompletableFuture.anyOf(future, other);
  }
}
