package dev.dmabroker.growth;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the steps of the engine: its methods that are entered, and turns of its loops. */
public final class Steps {
  private static final AtomicLong COUNT = new AtomicLong();

  private Steps() {}

  /** Called by instrumented classes. */
  public static void step() {
    COUNT.incrementAndGet();
  }

  /** Returns how many there were so far. */
  public static long count() {
    return COUNT.get();
  }
}
