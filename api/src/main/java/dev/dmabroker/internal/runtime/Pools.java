package dev.dmabroker.internal.runtime;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes pools of threads. The threads are daemons that start when they are needed and end when they
 * have been idle for a while, so a pool that is not used any more need not be closed.
 */
final class Pools {
  private static final long IDLE_SECONDS = 10;

  private Pools() {}

  /** Makes a pool in which work waits for as long as it has to. */
  static ThreadPoolExecutor pool(int threads, ThreadFactory factory) {
    return pool(threads, factory, Integer.MAX_VALUE);
  }

  /** Makes a pool in which {@code room} tasks can wait; what finds no room is refused. */
  static ThreadPoolExecutor pool(int threads, ThreadFactory factory, int room) {
    BlockingQueue<Runnable> queue = World.here().queue(room);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, queue, factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Makes a timer of one thread. It drops what is cancelled at once, so that no memory stays
   * reachable.
   */
  static ScheduledThreadPoolExecutor timer(ThreadFactory factory) {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory);
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  /** Makes a factory of threads for that role, each with a number. */
  static ThreadFactory numbered(String role, ThreadFactory make) {
    AtomicInteger made = new AtomicInteger();
    return task -> daemon(make.newThread(task), role + "-" + made.getAndIncrement());
  }

  /** Makes a factory for the one thread of that role. */
  static ThreadFactory single(String role) {
    World world = World.here();
    return task -> daemon(new WorldThread(world, task), role);
  }

  private static Thread daemon(Thread thread, String role) {
    thread.setName("dmabroker-" + role);
    thread.setDaemon(true);
    return thread;
  }
}
