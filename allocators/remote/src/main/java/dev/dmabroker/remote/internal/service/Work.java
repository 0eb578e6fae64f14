package dev.dmabroker.remote.internal.service;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Does the requests of one client in their order, one at a time, on threads that serve requests.
 * Thread-safe.
 */
final class Work implements Executor {
  private final Executor pool;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  Work(Executor pool) {
    this.pool = pool;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (waiting) {
      waiting.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    pool.execute(this::run);
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
    try {
      task.run();
    } finally {
      end();
    }
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
    pool.execute(this::run);
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
      next.run();
    }
  }
}
