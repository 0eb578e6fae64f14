package dev.dmabroker.remote.internal.service;

import dev.dmabroker.remote.BrokerService;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Closes what a client had. Most of it is closed when its connection has ended. What its process
 * could still write to waits until that process has ended, or said that it has let go: nobody can
 * take a mapping of memory away from a process, so memory that is being written counts as held
 * until then. Thread-safe.
 */
final class Estate {
  private static final System.Logger LOG = System.getLogger(BrokerService.class.getName());

  private final Executor executor;
  private final Deque<Runnable> ends = new ArrayDeque<>();
  private final List<Runnable> writable = new ArrayList<>();
  private boolean ended;
  private boolean harmless;

  /** Makes one that closes things one after the other in this executor, which keeps the order. */
  Estate(Executor executor) {
    this.executor = executor;
  }

  /** Has something done when the connection has ended, the last added first. */
  void atEnd(Runnable end) {
    synchronized (this) {
      if (!ended) {
        ends.push(end);
        return;
      }
    }
    execute(end);
  }

  /**
   * Has something done once the process cannot write any more to what it had mapped, which may be
   * now. Called in the executor, by what is done at the end.
   */
  void onceHarmless(Runnable end) {
    synchronized (this) {
      if (!harmless) {
        writable.add(end);
        return;
      }
    }
    end.run();
  }

  /** The connection has ended: closes what does not have to wait. */
  void end() {
    List<Runnable> now;
    synchronized (this) {
      ended = true;
      now = List.copyOf(ends);
      ends.clear();
    }
    now.forEach(this::execute);
  }

  /** The process can write no more: closes the rest, now or as soon as it is known. */
  void harmless() {
    List<Runnable> now;
    synchronized (this) {
      harmless = true;
      now = List.copyOf(writable);
      writable.clear();
    }
    now.forEach(this::execute);
  }

  /** How many things wait until the process can write no more. */
  synchronized int waiting() {
    return writable.size();
  }

  /** Has something done after all that is being closed. */
  void afterwards(Runnable task) {
    execute(task);
  }

  private void execute(Runnable end) {
    executor.execute(
        () -> {
          try {
            end.run();
          } catch (Throwable e) {
            LOG.log(Level.WARNING, "a part of what a client had could not be closed", e);
          }
        });
  }
}
