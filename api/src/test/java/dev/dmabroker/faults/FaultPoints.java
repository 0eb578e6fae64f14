package dev.dmabroker.faults;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The points of the engine at which the JVM may throw. Instrumented classes call it at each of
 * them. It counts the points that are passed while it is armed, and throws at the one with the
 * number that a test asked for, once.
 */
public final class FaultPoints {
  private FaultPoints() {}

  /** What the JVM runs out of. */
  public enum Kind {
    /** The stack: any call may throw StackOverflowError. */
    STACK,
    /** The memory: any new object may throw OutOfMemoryError. */
    MEMORY
  }

  /** The threads whose points count. */
  public enum Where {
    /** The thread that armed. */
    CALLER,
    /** The broker's own threads. */
    WORKERS
  }

  /** The text of every error that is thrown here. */
  static final String INJECTED = "injected";

  private static volatile @Nullable Plan plan;

  private record Plan(Kind kind, Where where, int number, Thread caller, AtomicInteger passed) {
    void pass(Kind what) {
      if (what != kind || !counts(Thread.currentThread()) || passed.get() >= number) {
        return;
      }
      if (passed.incrementAndGet() != number) {
        return;
      }
      if (kind == Kind.STACK) {
        throw new StackOverflowError(INJECTED);
      }
      throw new OutOfMemoryError(INJECTED);
    }

    private boolean counts(Thread thread) {
      return where == Where.CALLER
          ? thread == caller
          : thread != caller && thread.getName().startsWith("dmabroker-");
    }
  }

  /** Counts from now on, and throws at the point with that number; the first is 1. */
  static void arm(Kind kind, Where where, int number) {
    plan = new Plan(kind, where, number, Thread.currentThread(), new AtomicInteger());
  }

  /** Ends counting. Returns whether the point was reached, so that an error was thrown. */
  static boolean disarm() {
    Plan ended = plan;
    plan = null;
    return ended != null && ended.passed().get() >= ended.number();
  }

  /** A method is entered. */
  public static void entered() {
    pass(Kind.STACK);
  }

  /** An object is about to be made. */
  public static void makes() {
    pass(Kind.MEMORY);
  }

  private static void pass(Kind what) {
    Plan armed = plan;
    if (armed != null) {
      armed.pass(what);
    }
  }
}
