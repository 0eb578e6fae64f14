package dev.dmabroker.remote.internal.service;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Does the requests of one client in their order, one at a time, on threads of a pool. Thread-safe.
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
