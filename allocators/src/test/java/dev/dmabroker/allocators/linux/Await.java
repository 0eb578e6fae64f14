package dev.dmabroker.allocators.linux;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for states, never for times; the deadline only ends a test that has failed. */
public final class Await {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

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
}
