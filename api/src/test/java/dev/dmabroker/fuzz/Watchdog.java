package dev.dmabroker.fuzz;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Watches calls: none takes longer than its arguments allow, and some time for a busy machine.
 * Interrupts those that may wait for ever.
 */
final class Watchdog implements AutoCloseable {
  private static final Duration SLACK = Duration.ofSeconds(40);
  private static final Duration LOOK_EVERY = Duration.ofMillis(5);
  private static final Duration FOR_EVER = Duration.ofMillis(40);

  private final Set<Call> calls = ConcurrentHashMap.newKeySet();
  private final Thread thread = new Thread(this::watch, "fuzz-watchdog");
  private volatile boolean over;
  private volatile @Nullable String hang;

  Watchdog() {
    thread.setDaemon(true);
    thread.start();
  }

  /** A call that has begun. */
  final class Call implements AutoCloseable {
    private final Step step;
    private final Totals totals;
    private final Thread caller = Thread.currentThread();
    private final long begin = System.nanoTime();

    private Call(Step step, Totals totals) {
      this.step = step;
      this.totals = totals;
    }

    private long nanos() {
      return System.nanoTime() - begin;
    }

    private Duration patience() {
      return step.endsByInterrupt() ? FOR_EVER : step.patience();
    }

    @Override
    public void close() {
      synchronized (this) { // So that no later call is interrupted instead of this one.
        calls.remove(this);
      }
      totals.took(step.operation().method(), Duration.ofNanos(nanos()).minus(patience()));
    }

    private synchronized void interrupt() {
      if (calls.contains(this)) {
        caller.interrupt();
      }
    }
  }

  /** Notes that this thread makes a call now. */
  Call begin(Step step, Totals totals) {
    Call call = new Call(step, totals);
    calls.add(call);
    return call;
  }

  /** What never ended, with the stacks of all threads; null if there is none. */
  @Nullable String hang() {
    return hang;
  }

  private void watch() {
    while (!over && hang == null) {
      for (Call call : calls) {
        if (call.step.endsByInterrupt() && call.nanos() > FOR_EVER.toNanos()) {
          call.interrupt();
        }
        if (call.nanos() > call.patience().plus(SLACK).toNanos()) {
          hang = call.caller.getName() + " hangs in " + call.step + "\n" + dump();
        }
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
  }

  private static String dump() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      text.append(each.getKey()).append(' ').append(each.getKey().getState()).append('\n');
      for (StackTraceElement frame : each.getValue()) {
        text.append("    at ").append(frame).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    over = true;
  }
}
