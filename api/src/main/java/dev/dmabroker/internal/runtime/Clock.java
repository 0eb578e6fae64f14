package dev.dmabroker.internal.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.function.LongPredicate;

/**
 * Tells mappings the time. {@link Time#nanos} takes longer than everything else that a map does. So
 * while maps are frequent the time is read from a field that a timer renews each millisecond; it is
 * late by up to a millisecond, and by what the timer is late. While maps are rare the time is
 * exact, and nothing wakes up. Only explanations and the order of evictions depend on this time.
 *
 * <p>Code that has to do something at a map now and then says so by {@code due}, and does it at
 * exact readings only. So other maps have one field to look at rather than two.
 */
public final class Clock {
  private static final Duration TICK = Duration.ofMillis(1);

  /** After this number of ticks the timer stops, to see whether maps are still frequent. */
  private static final int TICKS = 1000;

  /** This number of exact readings within {@link #FREQUENT_NANOS} starts the timer. */
  private static final int READINGS = 500;

  private static final long FREQUENT_NANOS = 10_000_000;

  /** Runs something later, once. */
  public interface Timer {
    void after(Duration delay, Runnable work);
  }

  private static final VarHandle TICKED;

  static {
    try {
      TICKED = MethodHandles.lookup().findVarHandle(Clock.class, "ticked", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Time time;
  private final Timer timer;
  private final LongPredicate due;

  /** The time; 0 while the clock does not tick, or while readings have to be exact. */
  private volatile long ticked;

  // These are racy on purpose: a reading that is lost starts the timer one reading later.
  private int readings;
  private long windowNanos;

  /** The ticks that are left until the timer stops. It is changed under the lock. */
  private volatile int ticks;

  /**
   * Makes a clock that does not tick yet.
   *
   * @param due tells whether readings have to be exact at a time
   */
  public Clock(Time time, Timer timer, LongPredicate due) {
    this.time = time;
    this.timer = timer;
    this.due = due;
  }

  /** Returns the time as {@link Time#nanos} counts it. */
  public long nanos() {
    long now = ticked;
    return now != 0 ? now : exact();
  }

  /**
   * The time as the timer has last noted it, or 0 if it has to be {@link #exact}. The read is
   * opaque: nothing else is read after it that would have to be as new, and a map need not wait for
   * it.
   */
  public long ticked() {
    return (long) TICKED.getOpaque(this);
  }

  /** Reads {@link Time#nanos}, and starts the timer if exact readings are frequent. */
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

  /** Renews the time, or stops the clock after the last tick. */
  private synchronized void tick() {
    ticks--;
    if (ticks == 0) {
      ticked = 0;
    } else {
      tickOn(time.nanos());
      timer.after(TICK, this::tick);
    }
  }

  /** Sets the time, unless the clock has stopped or a reading has to be exact. */
  private synchronized void tickOn(long now) {
    if (ticks > 0) {
      ticked = due.test(now) ? 0 : now;
    }
  }
}
