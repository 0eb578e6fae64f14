package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;

/**
 * What threads live in: it has the time, lets threads wait and wakes them, and starts them. The
 * classes of this room wait in no other way, so a simulation replaces all of them by replacing this
 * one ({@code dev.dmabroker.internal.simulation}). Implementations are thread-safe.
 *
 * <p>A thread's world is that of the thread which made it, and {@link Machine} for threads of the
 * application. What is made by a thread (a broker, its pools, its timer) belongs to that thread's
 * world. So no class hands a world on, and a map of a settled buffer, which neither waits nor wakes
 * a thread, never asks for it.
 */
public interface World {

  /** Returns the calling thread's world. */
  static World here() {
    return Thread.currentThread() instanceof WorldThread here ? here.world() : Machine.WORLD;
  }

  /** Runs work later, on one thread, in the order in which it falls due. */
  interface Timer {
    /**
     * Has the work run after that time.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the timer is closed
     */
    Future<?> schedule(Runnable work, long nanos);

    /** Returns how many runs are scheduled. */
    int scheduled();

    /** Drops what is scheduled. */
    void close();
  }

  // ---- Time ----

  /** Returns what the engine takes for the time in this world. */
  Time time();

  // ---- Waiting ----

  /**
   * Blocks until the future is done, for {@code nanos} at most.
   *
   * @throws ExecutionException if the future failed
   */
  <T> T get(CompletableFuture<T> future, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException;

  /** Blocks until the future is done, as {@link CompletableFuture#join} does. */
  <T> T join(CompletableFuture<T> future);

  /** Blocks until {@link #signal} or for {@code nanos}; the caller holds the monitor. */
  void await(Object monitor, long nanos) throws InterruptedException;

  /** Lets all go on that wait at the monitor, which the caller holds. */
  void signal(Object monitor);

  /** Blocks until {@link #unpark}, and maybe less. */
  void park(Object blocker);

  /** Lets the thread go on, or its next {@link #park} return at once. */
  void unpark(Thread thread);

  /** Blocks for that time, and maybe less. */
  void sleep(Duration time);

  // ---- Threads ----

  /** Makes a queue at which a pool's threads wait for work. */
  BlockingQueue<Runnable> queue(int room);

  /** Makes a timer of one thread. */
  Timer timer(ThreadFactory threads);

  /** Returns what runs the callbacks of applications that name no executor. */
  Executor callbacks();

  /** A thread of this world is about to start. */
  default void starting(WorldThread thread) {}

  /**
   * Returns what a thread of this world runs to do that work. It is made before the thread starts:
   * a pool would take a thread for alive whose first step fails.
   */
  default Runnable running(Runnable work) {
    return work;
  }

  /**
   * A thread of this world is to be interrupted.
   *
   * @param now interrupts it as the JVM does
   */
  default void interrupt(WorldThread thread, Runnable now) {
    now.run();
  }
}
