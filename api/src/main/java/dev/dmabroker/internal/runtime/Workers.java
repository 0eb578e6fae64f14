package dev.dmabroker.internal.runtime;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one broker: workers that find memory and give it back, copiers, a timer, and the
 * application's executor for what it chains to a future. The broker's own threads are daemons that
 * start when they are needed and end when they have been idle for a while. Thread-safe.
 */
public final class Workers {
  /** Copies that go on at the same time; more would fight over the memory bus. */
  private static final int COPIERS = 2;

  /**
   * Searches for memory that go on at the same time, so that a heap which hangs holds up no other.
   */
  private static final int WORKERS = 4;

  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor workers = pool(WORKERS, "worker");
  private final ThreadPoolExecutor copiers = pool(COPIERS, "mover");
  private final ScheduledThreadPoolExecutor timer = timer();
  private final Executor callbacks;

  /**
   * Makes the pools; no thread starts yet.
   *
   * @param settings what runs the things that applications chain to futures
   */
  public Workers(Settings settings) {
    this.callbacks = settings.callbackExecutor();
  }

  public static ThreadPoolExecutor pool(int threads, String role) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads(role));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Keeps nothing of what is cancelled. */
  public static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, threads("timer"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  static ThreadFactory threads(String role) {
    return new ThreadFactoryBuilder()
        .setNameFormat("dmabroker-" + role + "-%d")
        .setDaemon(true)
        .build();
  }

  /** Runs work that may take long: finding memory, giving it back. */
  public void execute(Runnable work) {
    execute(workers, work);
  }

  /** Runs a copy, which the pipeline waits for. */
  public void executeCopy(Runnable work) {
    execute(copiers, work);
  }

  private static void execute(ThreadPoolExecutor pool, Runnable work) {
    Runnable guarded = () -> Guarded.run("a worker", work);
    try {
      pool.execute(guarded);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // What is left after closing is giving memory back. And if no thread can be made the work is
      // not queued: it must be done all the same, or what waits for it waits for ever.
      guarded.run();
    }
  }

  /** Runs something short later, on the timer's thread; never, once the broker is closed. */
  public Future<?> schedule(Duration delay, Runnable work) {
    try {
      return timer.schedule(
          () -> Guarded.run("a timer", work), Durations.nanos(delay), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return CompletableFuture.completedFuture(null);
    }
  }

  /** How much is scheduled; each piece keeps what it is for reachable. */
  public int scheduled() {
    return timer.getQueue().size();
  }

  /** Hands a result to what the application chained. */
  public void callback(Runnable work) {
    try {
      callbacks.execute(work);
    } catch (RejectedExecutionException e) {
      work.run(); // Late and in the wrong thread is better than a mapping that is never handed out.
    }
  }

  /** Drops what is scheduled; what is queued is still done. */
  public void close() {
    timer.shutdownNow();
    workers.shutdown();
    copiers.shutdown();
  }
}
