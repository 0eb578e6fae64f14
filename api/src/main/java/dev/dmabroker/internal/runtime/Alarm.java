package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Has work run once by a moment, on the timer's thread, which sleeps until then. A moment that is
 * earlier replaces the one that was set, and one that is later changes nothing: the work looks at
 * what is due, and sets the next moment. This class is thread-safe.
 */
public final class Alarm {
  private final Time time;
  private final Workers workers;
  private final Runnable work;

  /** The run that is scheduled; null if there is none. It is written under this object's lock. */
  private volatile @Nullable Run next;

  private boolean closed;

  /** Makes an alarm that is not set. */
  public Alarm(Time time, Workers workers, Runnable work) {
    this.time = time;
    this.workers = workers;
    this.work = work;
  }

  /** The work, at its moment. */
  private final class Run implements Runnable {
    private final long dueNanos;
    private @Nullable Future<?> scheduled;

    Run(long dueNanos) {
      this.dueNanos = dueNanos;
    }

    @Override
    public void run() {
      ring(this);
    }
  }

  /** Has the work run at that time, unless it is to run before. */
  public synchronized void by(long dueNanos) {
    Run before = next;
    if (closed || (before != null && dueNanos - before.dueNanos >= 0)) {
      return;
    }
    Run run = new Run(dueNanos);
    long left = Math.max(0, dueNanos - time.nanos());
    run.scheduled = workers.schedule(Duration.ofNanos(left), run);
    next = run; // If anything threw before, what was set stands.
    cancel(before);
  }

  /** Returns how long it takes until the work runs; {@link Durations#LONGEST} if it does not. */
  public long left(long nowNanos) {
    Run known = next;
    return known == null ? Durations.nanos(Durations.LONGEST) : known.dueNanos - nowNanos;
  }

  /** The work does not run any more, unless it just does. */
  public synchronized void close() {
    closed = true;
    cancel(next);
    next = null;
  }

  private static void cancel(@Nullable Run run) {
    Future<?> scheduled = run == null ? null : run.scheduled;
    if (scheduled != null) {
      scheduled.cancel(false);
    }
  }

  private void ring(Run run) {
    synchronized (this) {
      if (next == run) {
        next = null;
      }
    }
    work.run();
  }
}
