package dev.dmabroker.internal.runtime;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Holds the threads of one broker: workers that find memory and give it back, copiers, a timer, and
 * the application's executor for what it chains to a future. The broker's own threads are daemons
 * that start when they are needed and end when they have been idle for a while. This class is
 * thread-safe.
 */
public final class Workers {
  /** The number of copies that go on at one time; more would fight over the memory bus. */
  private static final int COPIERS = 2;

  /** The number of workers that are there for all work, whatever foreign code keeps others. */
  private static final int WORKERS = 4;

  private final World world = World.here();
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor preparers = Pools.pool(COPIERS, threads("mover-prepare"));
  private final ThreadPoolExecutor copiers = Pools.pool(COPIERS, threads("mover"));
  private final World.Timer timer = world.timer(threads("timer"));
  private final Executor callbacks;

  /**
   * Makes the pools; no thread starts yet.
   *
   * @param settings names the executor of what applications chain to futures
   * @param kept how many workers foreign code that does not return may keep at a time
   */
  public Workers(Settings settings, int kept) {
    this.workers =
        Pools.pool(WORKERS + kept, Pools.numbered("worker", task -> new Worker(this, task)));
    this.callbacks = settings.callbackExecutor();
  }

  private ThreadFactory threads(String role) {
    return Pools.numbered(role, task -> new Own(this, task));
  }

  /** A thread of a broker, so that it can be told from those of applications. */
  private static class Own extends WorldThread {
    private final Workers owner;

    Own(Workers owner, Runnable work) {
      super(owner.world, work);
      this.owner = owner;
    }
  }

  /** A thread of a broker that finds memory and gives it back. */
  private static final class Worker extends Own {
    Worker(Workers owner, Runnable work) {
      super(owner, work);
    }
  }

  /** Returns the workers to which the calling thread belongs; null if it is the application's. */
  public static @Nullable Workers ofCaller() {
    return Thread.currentThread() instanceof Own own ? own.owner : null;
  }

  /** Tells whether the calling thread is a worker, of any broker. */
  public static boolean isWorker() {
    return Thread.currentThread() instanceof Worker;
  }

  /** Runs work that may take long: finding memory, and giving it back. */
  public void execute(Runnable work) {
    execute(workers, work);
  }

  /**
   * Runs what prepares a copy while the pipeline goes on, and what follows. It has threads of its
   * own: a copy, for which the pipeline waits, must not wait for it.
   */
  public void executePreparation(Runnable work) {
    execute(preparers, work);
  }

  /** Runs a copy. The pipeline waits for copies, so they have threads of their own. */
  public void executeCopy(Runnable work) {
    execute(copiers, work);
  }

  private static void execute(ThreadPoolExecutor pool, Runnable work) {
    Runnable guarded = () -> Guarded.insist("a worker", work);
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
      return timer.schedule(() -> Guarded.insist("a timer", work), Durations.nanos(delay));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(null);
    }
  }

  /**
   * Has more workers, if there is more foreign code that may keep them.
   *
   * @param kept how many workers foreign code that does not return may keep at a time
   */
  public synchronized void grow(int kept) {
    int size = Math.max(WORKERS + kept, workers.getMaximumPoolSize());
    workers.setMaximumPoolSize(size);
    workers.setCorePoolSize(size);
  }

  /** Returns how many workers there are at most. */
  public int most() {
    return workers.getMaximumPoolSize();
  }

  /** Returns how many runs are scheduled. Each of them keeps reachable what it uses. */
  public int scheduled() {
    return timer.scheduled();
  }

  /**
   * Runs what the application chained to a future, in the application's executor. It runs once,
   * whatever the executor throws: a callback that is late and in the wrong thread is better than a
   * mapping that is never handed out.
   */
  public void callback(Runnable work) {
    AtomicBoolean begun = new AtomicBoolean();
    Runnable once =
        () -> {
          if (begun.compareAndSet(false, true)) {
            Guarded.run("a callback", work);
          }
        };
    try {
      callbacks.execute(once);
    } catch (Throwable t) {
      if (!(t instanceof RejectedExecutionException)) {
        EngineLog.LOG.log(Level.WARNING, "the callback executor threw", t);
      }
      once.run();
    }
  }

  /** Drops what is scheduled. Work that is queued is still done. */
  public void close() {
    timer.close();
    workers.shutdown();
    preparers.shutdown();
    copiers.shutdown();
  }
}
