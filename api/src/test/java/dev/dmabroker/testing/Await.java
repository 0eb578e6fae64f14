package dev.dmabroker.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Waits for states, never for times; the deadline only ends a test that has failed. */
public final class Await {
  /** The deadline of a test that sets none. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  /** The deadline of tests that also run on an emulated machine, which is many times slower. */
  public static final Duration EMULATED = Duration.ofMinutes(2);

  private Await() {}

  /** Returns once {@code state} holds. */
  public static void until(String what, BooleanSupplier state) {
    until(what, DEADLINE, state);
  }

  /** Returns once {@code state} holds. */
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it polls; nothing relies on who runs.
  public static void until(String what, Duration deadline, BooleanSupplier state) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!state.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not reached within " + deadline + ": " + what);
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

  /** Returns once the thread waits for another to leave a monitor. */
  public static void blocked(Thread thread) {
    until(thread.getName() + " is blocked", () -> thread.getState() == Thread.State.BLOCKED);
  }

  /** Joins, with the deadline. */
  public static void ended(Thread thread) throws InterruptedException {
    ended(thread, DEADLINE);
  }

  /** Joins, with a deadline for a thread that has much to do. */
  public static void ended(Thread thread, Duration deadline) throws InterruptedException {
    thread.join(deadline.toMillis());
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " did not end within " + deadline);
    }
  }

  /** Holds up a thread until a test opens the latch or the thread is interrupted. */
  public static void latch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
