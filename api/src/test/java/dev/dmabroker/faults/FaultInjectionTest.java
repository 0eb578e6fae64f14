package dev.dmabroker.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.dmabroker.faults.FaultPoints.Kind;
import dev.dmabroker.faults.FaultPoints.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whatever an operation is at when the JVM runs out of stack or memory, nothing of the broker is
 * lost: the operation has happened or it has thrown, and everything can be used and closed after
 * that. Each operation is done again and again, and fails at its first point, at its second, and so
 * on until it has passed all points; once in the calling thread, and once in the broker's threads.
 */
class FaultInjectionTest {
  /**
   * From one point that fails to the next: 1 tries them all, and takes two minutes. A step that is
   * no divisor of what is done again and again meets other points each time.
   */
  private static final int STEP = Integer.getInteger("dmabroker.faults.step", 7);

  /** How many failures of one operation are shown. */
  private static final int SHOWN = Integer.getInteger("dmabroker.faults.shown", 3);

  /** More points than any operation has: a test that passes more does not end. */
  private static final int MOST_POINTS = 20_000;

  /** How many frames of an error are shown. */
  private static final int FRAMES = Integer.getInteger("dmabroker.faults.frames", 12);

  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");

  @BeforeAll
  static void logsNothing() {
    LOG.setLevel(Level.OFF); // Every effect that throws is logged.
  }

  @AfterAll
  static void logsAgain() {
    LOG.setLevel(null);
  }

  @TestFactory
  Stream<DynamicTest> buffers() throws ReflectiveOperationException {
    return cases("BufferFaults");
  }

  @TestFactory
  Stream<DynamicTest> streams() throws ReflectiveOperationException {
    return cases("StreamFaults");
  }

  private static Stream<DynamicTest> cases(String of) throws ReflectiveOperationException {
    ClassLoader loader = new FaultLoader(FaultInjectionTest.class.getClassLoader());
    Class<?> scenarios = loader.loadClass(FaultInjectionTest.class.getPackageName() + "." + of);
    List<?> all = (List<?>) scenarios.getMethod("all").invoke(null);
    String only = System.getProperty("dmabroker.faults.only", "");
    return all.stream()
        .map(FaultCase.class::cast)
        .filter(it -> it.name().contains(only))
        .map(it -> dynamicTest(it.name(), () -> failsAtEachPoint(it)));
  }

  private static void failsAtEachPoint(FaultCase operation) throws Exception {
    succeeds(operation);
    List<String> failures = new ArrayList<>();
    int points = 0;
    for (Kind kind : Kind.values()) {
      for (Where where : Where.values()) {
        int number = 1;
        while (number < MOST_POINTS && failsAt(operation, kind, where, number, failures)) {
          number += STEP;
        }
        points += number - 1;
      }
    }
    assertTrue(points > 0, "the operation passes no points");
    if (Boolean.getBoolean("dmabroker.faults.verbose")) {
      System.out.println(operation.name() + ": " + points + " points");
    }
    assertTrue(
        failures.isEmpty(),
        () ->
            failures.size()
                + " faults left something wrong:\n"
                + String.join("\n", failures.subList(0, Math.min(SHOWN, failures.size()))));
  }

  /** Without a fault; this loads all classes, too. */
  private static void succeeds(FaultCase operation) throws Exception {
    FaultCase.Trial trial = operation.begin();
    try {
      trial.act();
    } catch (Throwable thrown) {
      trial.checkThrown(thrown);
    }
    trial.settle();
    trial.check();
  }

  /** Has the operation fail at one point, and adds what is wrong after that. */
  private static boolean failsAt(
      FaultCase operation, Kind kind, Where where, int number, List<String> failures) {
    FaultCase.Trial trial = operation.begin();
    Throwable thrown = null;
    boolean fired = true;
    try {
      FaultPoints.arm(kind, where, number);
      try {
        trial.act();
      } catch (Throwable t) {
        thrown = t;
      }
      if (where == Where.CALLER) {
        fired = FaultPoints.disarm();
      }
      trial.settle();
      fired = where == Where.CALLER ? fired : FaultPoints.disarm();
      if (thrown != null) {
        trial.checkThrown(thrown);
      }
      trial.check();
    } catch (Throwable wrong) {
      boolean reached = FaultPoints.disarm();
      fired = where == Where.CALLER ? fired : reached;
      failures.add(
          operation.name()
              + ", "
              + kind
              + " in "
              + where
              + " at "
              + number
              + ", which threw "
              + text(thrown)
              + ": "
              + text(wrong));
      trial.abandon();
    }
    return fired;
  }

  /** The error and where it came from, without the frames of the tests. */
  private static String text(@Nullable Throwable thrown) {
    if (thrown == null) {
      return "nothing";
    }
    StringBuilder text = new StringBuilder(thrown.toString());
    Stream.of(thrown.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("dev.dmabroker.internal"))
        .limit(FRAMES)
        .forEach(frame -> text.append("\n  at ").append(frame));
    if (thrown.getCause() != null) {
      text.append("\ncaused by ").append(text(thrown.getCause()));
    }
    return text.toString();
  }
}
