package dev.dmabroker.internal.runtime;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Runs tasks one after the other, in the order in which they came, on a thread that does nothing
 * else. So a task that takes long, or never ends, holds up the tasks behind it and no other. The
 * number of tasks that wait is bounded; a task that finds no room never runs. The thread is a
 * daemon that starts when a task comes and ends when it has been idle for a while, so a lane that
 * is not used any more need not be closed. This class is thread-safe.
 */
public final class Lane {
  private final ThreadPoolExecutor thread;

  /**
   * Makes a lane; its thread does not start yet.
   *
   * @param name names the thread, after "dmabroker-"
   * @param room how many tasks can wait
   */
  public Lane(String name, int room) {
    thread = Pools.pool(1, Pools.single(name), room);
  }

  /**
   * Has the task run after those that came before. What the task throws is logged.
   *
   * @return false if there is no room for the task, or no thread can be made: then it never runs
   */
  public boolean offer(Runnable task) {
    Runnable guarded = () -> Guarded.run("a task of " + Thread.currentThread().getName(), task);
    try {
      thread.execute(guarded);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // The task may be in the queue although no thread could be made for it.
      boolean unused = thread.remove(guarded);
      return false;
    }
  }

  /** Returns how many tasks wait. A task that runs does not wait any more. */
  public int waiting() {
    return thread.getQueue().size();
  }

  /** Drops the tasks that wait. A task that runs goes on. */
  public void clear() {
    thread.getQueue().clear();
  }
}
