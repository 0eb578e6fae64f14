package dev.dmabroker.samples.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a run, a stage each. If one fails the others are interrupted, and a thread that
 * waits for any of them learns of the first failure. Used by one thread, but for the stages
 * themselves.
 */
final class Crew implements AutoCloseable {
  private static final long LONGEST_SECONDS = 60;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicReference<@Nullable IllegalStateException> failure = new AtomicReference<>();

  /** What a stage does. */
  interface Work {
    /** Returns when the stage has done all its work, or throws when it is interrupted. */
    void run() throws Exception;
  }

  /**
   * Starts a stage.
   *
   * @return how to {@link #join} it
   * @throws IllegalStateException as {@link #check()}
   */
  CompletableFuture<Void> start(String name, Work work) {
    try {
      return CompletableFuture.runAsync(() -> run(name, work), threads);
    } catch (RejectedExecutionException e) {
      check();
      throw e;
    }
  }

  private void run(String name, Work work) {
    try {
      work.run();
    } catch (Throwable t) {
      if (failure.compareAndSet(
          null, new IllegalStateException("the stage " + name + " failed: " + t, t))) {
        threads.shutdownNow();
      }
    }
  }

  /**
   * Waits for the end of a stage.
   *
   * @throws IllegalStateException as {@link #check()}
   */
  void join(CompletableFuture<Void> stage) {
    stage.join();
    check();
  }

  /**
   * Returns if no stage has failed.
   *
   * @throws IllegalStateException if one has, with its name and why
   */
  void check() {
    IllegalStateException why = failure.get();
    if (why != null) {
      throw why;
    }
  }

  /** Interrupts the stages that are still at work, and waits for their ends. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a stage does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
