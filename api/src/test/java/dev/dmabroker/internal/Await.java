package dev.dmabroker.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for states, never for times; the deadline only ends a test that has failed. */
public final class Await {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private Await() {}

  /** Returns once {@code state} holds. */
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it polls; nothing relies on who runs.
  public static void until(String what, BooleanSupplier state) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!state.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not reached within " + DEADLINE + ": " + what);
      }
      Thread.yield();
    }
  }

  /** Returns once the thread waits for something. */
  public static void parked(Thread thread) {
    until(
        thread.getName() + " is parked",
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
  }

  /** Joins, with the deadline. */
  public static void ended(Thread thread) throws InterruptedException {
    thread.join(TimeUnit.NANOSECONDS.toMillis(DEADLINE.toNanos()));
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " did not end within " + DEADLINE);
    }
  }
}
