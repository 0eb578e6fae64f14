package dev.dmabroker.remote.internal.service;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer that keeps what is scheduled, and runs nothing by itself. */
final class ManualTimer extends ScheduledThreadPoolExecutor {
  /** The delays in milliseconds, in the order of the calls. */
  final List<Long> delays = new CopyOnWriteArrayList<>();

  final Queue<Runnable> scheduled = new ConcurrentLinkedQueue<>();

  ManualTimer() {
    super(1);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    delays.add(unit.toMillis(delay));
    scheduled.add(task);
    return super.schedule(() -> {}, 1, TimeUnit.DAYS);
  }
}
