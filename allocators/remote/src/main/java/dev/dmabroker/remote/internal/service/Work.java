package dev.dmabroker.remote.internal.service;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Does the requests of one client in their order, one at a time, on threads that serve requests.
 * What a task throws is told, and the next task is done. Thread-safe.
 */
final class Work implements Executor {
  private final Executor pool;
  private final Consumer<Throwable> failed;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  /**
   * Makes one without tasks.
   *
   * @param failed is told what a task has thrown
   */
  Work(Executor pool, Consumer<Throwable> failed) {
    this.pool = pool;
    this.failed = failed;
  }

  /**
   * Does a task in its turn.
   *
   * @throws RuntimeException if the pool refuses, or an error if it has no thread; the task then
   *     waits for the next call that finds a thread
   */
  @Override
  public void execute(Runnable task) {
    synchronized (waiting) {
      waiting.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    start();
  }

  private void start() {
    boolean started = false;
    try {
      pool.execute(this::run);
      started = true;
    } finally {
      if (!started) {
        synchronized (waiting) {
          running = false;
        }
      }
    }
  }

  /**
   * Does a short task in its turn. If that is now and the calling thread serves requests, be it
   * another client's, that thread does it: a frame that one client submits then is with the next
   * client without another thread that has to be woken.
   */
  void executeShort(Runnable task) {
    if (!ServiceThread.isCurrent() || !begin()) {
      execute(task);
      return;
    }
    run(task);
    end();
  }

  /** Whether no task is under way, and the caller's may be done. */
  private boolean begin() {
    synchronized (waiting) {
      boolean free = !running;
      running = true;
      return free;
    }
  }

  /** The caller's task is done. Those that came meanwhile may be long. */
  private void end() {
    synchronized (waiting) {
      running = !waiting.isEmpty();
      if (!running) {
        return;
      }
    }
    start();
  }

  private void run() {
    while (true) {
      Runnable next;
      synchronized (waiting) {
        next = waiting.poll();
        if (next == null) {
          running = false;
          return;
        }
      }
      run(next);
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      try {
        failed.accept(e);
      } catch (Throwable again) {
        // There may be no stack or memory for more; the tasks that follow are done all the same.
      }
    }
  }
}
