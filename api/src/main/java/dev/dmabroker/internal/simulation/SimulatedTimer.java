package dev.dmabroker.internal.simulation;

import dev.dmabroker.internal.runtime.World;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A timer of one thread of a simulation, which starts when it is needed and ends when it is not.
 */
final class SimulatedTimer implements World.Timer {
  private final Schedule schedule;
  private final ThreadFactory threads;
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(
          Comparator.<Due>comparingLong(each -> each.nanos).thenComparingLong(each -> each.number));
  private @Nullable Thread thread;
  private long made;
  private boolean closed;

  SimulatedTimer(Schedule schedule, ThreadFactory threads) {
    this.schedule = schedule;
    this.threads = threads;
  }

  /** Work, and when it is due. */
  private final class Due extends FutureTask<@Nullable Void> {
    private final long nanos;
    private final long number = made++;

    Due(Runnable work, long nanos) {
      super(work, null);
      this.nanos = nanos;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      due.remove(this);
      return super.cancel(mayInterruptIfRunning);
    }
  }

  @Override
  public Future<?> schedule(Runnable work, long nanos) {
    if (closed) {
      throw new RejectedExecutionException("the timer is closed");
    }
    long left = Schedule.FOREVER - schedule.now();
    Due task = new Due(work, schedule.now() + Math.min(Math.max(0, nanos), left));
    due.add(task);
    if (thread == null) {
      thread = threads.newThread(this::serve);
      thread.start();
    }
    schedule.signal(this);
    return task;
  }

  private void serve() {
    while (true) {
      Due first = due.peek();
      if (first == null) {
        thread = null;
        return;
      }
      if (first.nanos <= schedule.now()) {
        due.remove(first);
        first.run();
      } else {
        Strand.Reason unused =
            schedule.await(this, first.nanos - schedule.now(), /* interruptible= */ false, null);
      }
    }
  }

  @Override
  public int scheduled() {
    return due.size();
  }

  @Override
  public void close() {
    closed = true;
    due.clear();
    schedule.signal(this);
  }
}
