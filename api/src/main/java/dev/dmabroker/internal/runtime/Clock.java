package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.function.LongPredicate;

/**
 * Tells mappings the time. {@link Time#nanos} takes longer than everything else that a map does, so
 * while maps are frequent the time is read off a field that a timer renews each millisecond, and is
 * late by up to that and what the timer is late. While they are rare it is exact, and nothing wakes
 * up. Only explanations and the order of evictions depend on it.
 *
 * <p>Whoever has to do something at a map now and then says so by {@code due}, and does it at exact
 * readings only: so other maps have one thing to look at rather than two.
 */
public final class Clock {
  private static final Duration TICK = Duration.ofMillis(1);

  /** After so many the timer stops, to see whether maps are still frequent. */
  private static final int TICKS = 1000;

  /** So many exact readings in one {@link #FREQUENT_NANOS} start the timer. */
  private static final int READINGS = 500;

  private static final long FREQUENT_NANOS = 10_000_000;

  /** Runs something later, once. */
  public interface Timer {
    void after(Duration delay, Runnable work);
  }

  private final Time time;
  private final Timer timer;
  private final LongPredicate due;

  /** The time; 0 while it does not tick, or is to be read exactly. */
  private volatile long ticked;

  // Racy on purpose: a reading that is lost starts the timer later by that one.
  private int readings;
  private long windowNanos;

  /** Changed under the lock. */
  private volatile int ticks;

  /**
   * A clock.
   *
   * @param due whether readings have to be exact at this time
   */
  public Clock(Time time, Timer timer, LongPredicate due) {
    this.time = time;
    this.timer = timer;
    this.due = due;
  }

  /** The time as {@link Time#nanos} has it. */
  public long nanos() {
    long now = ticked;
    return now != 0 ? now : exact();
  }

  /** The same, or 0 if it has to be {@link #exact}. */
  public long ticked() {
    return ticked;
  }

  public long exact() {
    long now = time.nanos();
    if (ticks > 0) {
      tickOn(now);
    } else if (++readings >= READINGS) {
      readings = 0;
      boolean frequent = now - windowNanos < FREQUENT_NANOS;
      windowNanos = now;
      if (frequent) {
        start(now);
      }
    }
    return now;
  }

  private synchronized void start(long now) {
    if (ticks == 0) {
      ticks = TICKS;
      tickOn(now);
      timer.after(TICK, this::tick);
    }
  }

  private synchronized void tick() {
    ticks--;
    if (ticks == 0) {
      ticked = 0;
    } else {
      tickOn(time.nanos());
      timer.after(TICK, this::tick);
    }
  }

  private synchronized void tickOn(long now) {
    if (ticks > 0) {
      ticked = due.test(now) ? 0 : now;
    }
  }
}
