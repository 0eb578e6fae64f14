package dev.dmabroker.samples.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A counter that shares its cache line with nothing. */
final class PaddedCounter extends PaddedCounterValue {
  private static final VarHandle COUNT;

  /** Keep what follows in the heap away: two lines, as CPUs fetch them in pairs. */
  long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(PaddedCounterValue.class, "count", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  void add(long delta) {
    long unused = (long) COUNT.getAndAdd(this, delta);
  }
}

/** A JVM lays out a superclass's fields first, so that the order of classes is that in memory. */
class PaddedCounterValue extends PaddedCounterFront {
  volatile long count;
}

/** Keeps away what lies before. */
class PaddedCounterFront {
  long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
}
