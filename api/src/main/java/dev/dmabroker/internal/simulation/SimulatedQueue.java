package dev.dmabroker.internal.simulation;

import dev.dmabroker.internal.simulation.Strand.Reason;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A queue at which threads of a simulation wait. */
final class SimulatedQueue extends LinkedBlockingQueue<Runnable> {
  private static final long serialVersionUID = 1;

  private final transient Schedule schedule;

  SimulatedQueue(int room, Schedule schedule) {
    super(room);
    this.schedule = schedule;
  }

  @Override
  public boolean offer(Runnable task) {
    boolean added = super.offer(task);
    if (added) {
      schedule.signalOne(this);
    }
    return added;
  }

  @Override
  public Runnable take() throws InterruptedException {
    while (true) {
      Runnable task = poll(Schedule.FOREVER, TimeUnit.NANOSECONDS);
      if (task != null) {
        return task;
      }
    }
  }

  @Override
  public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
    long now = schedule.now();
    long nanos = unit.toNanos(timeout);
    Runnable task = poll();
    while (task == null) {
      long left = nanos == Schedule.FOREVER ? nanos : nanos - (schedule.now() - now);
      if (left <= 0) {
        return null;
      }
      if (schedule.await(this, left, /* interruptible= */ true, null) == Reason.INTERRUPTED) {
        throw new InterruptedException();
      }
      task = poll();
    }
    return task;
  }
}
