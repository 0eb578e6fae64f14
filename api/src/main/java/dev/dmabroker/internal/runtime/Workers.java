package dev.dmabroker.internal.runtime;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.lang.System.Logger.Level;
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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Holds the threads of one broker: workers that find memory and give it back, copiers, a timer, and
 * the application's executor for what it chains to a future. The broker's own threads are daemons
 * that start when they are needed and end when they have been idle for a while. This class is
 * thread-safe.
 */
public final class Workers {
  /** The number of copies that go on at one time; more would fight over the memory bus. */
  private static final int COPIERS = 2;

  /**
   * The number of searches for memory that go on at one time. There are several, so that a heap
   * which hangs holds up no other.
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
   * @param settings names the executor of what applications chain to futures
   */
  public Workers(Settings settings) {
    this.callbacks = settings.callbackExecutor();
  }

  /** Makes a pool of daemons that end when they are idle. */
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

  /**
   * Makes a timer of one thread. It drops what is cancelled at once, so that no memory stays
   * reachable.
   */
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

  /** Runs work that may take long: finding memory, and giving it back. */
  public void execute(Runnable work) {
    execute(workers, work);
  }

  /** Runs a copy. The pipeline waits for copies, so they have threads of their own. */
  public void executeCopy(Runnable work) {
    execute(copiers, work);
  }

  private static void execute(ThreadPoolExecutor pool, Runnable work) {
    Runnable guarded = () -> Guarded.run("a worker", work);
    try {
      pool.execute(guarded);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // After closing, the work that is left gives memory back. And if no thread can be made the
      // work is not queued: it must be done here, or what waits for it waits for ever.
      guarded.run();
    }
  }

  /** Runs something short later, on the timer's thread. Once the broker is closed it never runs. */
  public Future<?> schedule(Duration delay, Runnable work) {
    try {
      return timer.schedule(
          () -> Guarded.run("a timer", work), Durations.nanos(delay), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return CompletableFuture.completedFuture(null);
    }
  }

  /** Returns how many runs are scheduled. Each of them keeps reachable what it uses. */
  public int scheduled() {
    return timer.getQueue().size();
  }

  /** Runs what the application chained to a future, in the application's executor. */
  public void callback(Runnable work) {
    AtomicBoolean done = new AtomicBoolean();
    Runnable once =
        () -> {
          if (done.compareAndSet(false, true)) {
            work.run();
          }
        };
    try {
      callbacks.execute(once);
    } catch (Throwable t) {
      if (!(t instanceof RejectedExecutionException)) {
        EngineLog.LOG.log(Level.WARNING, "the callback executor threw", t);
      }
      // A callback that is late and in the wrong thread is better than a mapping that is never
      // handed out.
      once.run();
    }
  }

  /** Drops what is scheduled. Work that is queued is still done. */
  public void close() {
    timer.shutdownNow();
    workers.shutdown();
    copiers.shutdown();
  }
}
