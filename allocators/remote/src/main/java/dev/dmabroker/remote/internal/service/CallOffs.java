package dev.dmabroker.remote.internal.service;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Ends the waits that a client calls off. A request may be called off before it has begun to wait.
 * Thread-safe.
 */
final class CallOffs {
  private final Executor executor;

  // Guarded by this object.
  private final Map<Long, Runnable> waits = new HashMap<>();
  private final Set<Long> calledOff = new HashSet<>();
  private boolean ended;

  /**
   * Makes one without waits.
   *
   * @param executor ends waits, which may take time
   */
  CallOffs(Executor executor) {
    this.executor = executor;
  }

  /** The request waits until {@link #answered}; the end of its wait may be asked for. */
  void waits(long request, Runnable end) {
    synchronized (this) {
      if (!ended && !calledOff.remove(request)) {
        waits.put(request, end);
        return;
      }
    }
    executor.execute(end);
  }

  /** The client waits no longer for a request, which is under way. */
  void callOff(long request) {
    Runnable end;
    synchronized (this) {
      end = waits.remove(request);
      if (end == null) {
        calledOff.add(request);
        return;
      }
    }
    executor.execute(end);
  }

  /** The request is answered. */
  synchronized void answered(long request) {
    waits.remove(request);
    calledOff.remove(request);
  }

  /** The client has gone: ends all waits, and those that come. */
  void end() {
    List<Runnable> all;
    synchronized (this) {
      ended = true;
      all = List.copyOf(waits.values());
      waits.clear();
    }
    all.forEach(executor::execute);
  }
}
