package dev.dmabroker.remote.internal.client;

import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that is under way. A caller that does not want to wait any longer calls
 * the request off: then the service answers at once, and what it had granted already is given back.
 */
final class Asked<T> extends CompletableFuture<T> {
  private final Link link;
  private final long number;
  private final Executor executor;
  private final Consumer<? super T> unwanted;

  /** Whether the answer is other than that the request was called off, once it has come. */
  private final CompletableFuture<Boolean> came = new CompletableFuture<>();

  private volatile boolean cancelling;

  /**
   * Makes an answer that has not come.
   *
   * @param executor completes it, and so runs the stages that depend on it
   * @param unwanted gives back what was granted after the request was called off; it must not block
   */
  Asked(Link link, long number, Executor executor, Consumer<? super T> unwanted) {
    this.link = link;
    this.number = number;
    this.executor = executor;
    this.unwanted = unwanted;
  }

  /** The service has answered. In the thread that receives. */
  void granted(T value) {
    boolean unused = came.complete(true);
    execute(
        () -> {
          if (!complete(value)) {
            unwanted.accept(value);
          }
        });
  }

  /** The service has refused, or is gone. In the thread that receives. */
  void refused(Throwable why) {
    boolean cancelled = cancelling && why instanceof WaitInterruptedException;
    boolean unused = came.complete(!cancelled);
    if (!cancelled) {
      execute(() -> completeExceptionally(why));
    }
  }

  /** Whether the application has ended this itself before the answer came. */
  boolean isGivenUp() {
    return isDone() && !came.isDone();
  }

  private void execute(Runnable end) {
    try {
      executor.execute(end);
    } catch (RejectedExecutionException e) {
      end.run(); // The application has shut its executor down.
    }
  }

  /**
   * {@inheritDoc} False once the service has granted or refused the request. Blocks for the moment
   * until the service has said which.
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (isDone()) {
      return isCancelled();
    }
    cancelling = true;
    link.callOff(number);
    return !came.join() && super.cancel(mayInterruptIfRunning);
  }

  /**
   * Waits for the answer. An interrupt calls the request off, and its answer is waited for all the
   * same: it may have been under way.
   *
   * @throws RuntimeException what a local broker would have thrown, as if it was thrown here
   */
  T await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return get();
        } catch (InterruptedException e) {
          if (!interrupted) {
            link.callOff(number);
          }
          interrupted = true;
        } catch (ExecutionException e) {
          throw here(e.getCause(), interrupted);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits for the answer as {@link #await()} does, and no longer than a service that works takes. A
   * late answer is not wanted then.
   *
   * @param what the caller waits to do, in words
   */
  T await(Duration limit, String what) {
    CompletableFuture<?> unused =
        orTimeout(Durations.nanos(limit), TimeUnit.NANOSECONDS); // Ends this, and no other.
    try {
      return await();
    } catch (RuntimeException e) {
      if (!came.isDone()) {
        throw Exceptions.waitTimeout(
            what, limit, "the service does not answer; it may have been stopped", List.of(), e);
      }
      throw e;
    }
  }

  private static RuntimeException here(@Nullable Throwable cause, boolean interrupted) {
    if (cause instanceof Error error) {
      throw error;
    }
    RuntimeException thrown =
        cause instanceof RuntimeException it ? it : new IllegalStateException(cause);
    if (interrupted && thrown instanceof WaitInterruptedException) {
      thrown = Exceptions.waitInterrupted("interrupted while waiting for the service");
    }
    // It was made by the thread that receives, which tells the reader nothing.
    StackTraceElement[] trace = new Throwable().getStackTrace();
    thrown.setStackTrace(Arrays.copyOfRange(trace, 2, trace.length));
    return thrown;
  }
}
