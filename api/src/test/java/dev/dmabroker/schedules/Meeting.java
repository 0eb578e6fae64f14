package dev.dmabroker.schedules;

import dev.dmabroker.internal.buffer.BufferStress;
import dev.dmabroker.internal.gate.GateStress;
import dev.dmabroker.internal.gate.LeaseStress;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;

/**
 * A jcstress test that is played once, each actor in a thread of its own: threads meet there, and
 * what may come out is listed. jcstress plays it as often as it can, and the machine decides on the
 * order; here a tool may decide that runs the program ({@link Explore}).
 */
public final class Meeting {
  private static final List<Class<?>> TESTS =
      List.of(GateStress.class, LeaseStress.class, BufferStress.class);

  private final Class<?> test;
  private final List<Method> actors;
  private final List<Method> arbiters;

  private Meeting(Class<?> test) {
    this.test = test;
    this.actors = methods(test, Actor.class);
    this.arbiters = methods(test, Arbiter.class);
  }

  /** Plays and judges the one of that name: what Fray calls, again and again. */
  public static void main(String[] args) throws ReflectiveOperationException, InterruptedException {
    Meeting meeting = named(args[0]);
    meeting.judge(meeting.play());
  }

  /** Returns all, in an order that is always the same. */
  static List<Meeting> all() {
    return TESTS.stream()
        .flatMap(tests -> Arrays.stream(tests.getDeclaredClasses()))
        .filter(test -> test.isAnnotationPresent(JCStressTest.class))
        .map(Meeting::new)
        .sorted(Comparator.comparing(Meeting::name))
        .toList();
  }

  /** Returns the one of that name. */
  static Meeting named(String name) {
    return all().stream()
        .filter(meeting -> meeting.name().equals(name))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("there is no meeting " + name));
  }

  /** Returns such as {@code GateStress.MapAgainstMove}. */
  String name() {
    return test.getDeclaringClass().getSimpleName() + "." + test.getSimpleName();
  }

  /**
   * Plays it.
   *
   * @return what came out, as jcstress writes it
   * @throws AssertionError if a thread fails
   */
  String play() throws ReflectiveOperationException, InterruptedException {
    BufferStress.renew();
    Object state = test.getConstructor().newInstance();
    Object result = result();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<Thread> threads =
        actors.stream().map(actor -> new Thread(() -> call(actor, state, result))).toList();
    for (Thread thread : threads) {
      thread.setUncaughtExceptionHandler((dead, failure) -> failures.add(failure));
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (Throwable failure : failures) {
      throw new AssertionError(name() + ": a thread failed", failure);
    }
    arbiters.forEach(arbiter -> call(arbiter, state, result));
    return result.toString();
  }

  /** Throws an {@link AssertionError} if that may not come out. */
  void judge(String outcome) {
    Outcome listed =
        Stream.concat(outcomes(id -> id.equals(outcome)), outcomes(id -> outcome.matches(id)))
            .findFirst()
            .orElse(null);
    if (listed == null || listed.expect() == Expect.FORBIDDEN) {
      throw new AssertionError(
          name() + ": " + outcome + ": " + (listed == null ? "not listed" : listed.desc()));
    }
  }

  private Stream<Outcome> outcomes(Predicate<String> id) {
    return Arrays.stream(test.getAnnotationsByType(Outcome.class))
        .filter(outcome -> Arrays.stream(outcome.id()).anyMatch(id));
  }

  /** Makes what actors and arbiters write to; all of them take one type. */
  private Object result() throws ReflectiveOperationException {
    Class<?> type =
        Stream.concat(actors.stream(), arbiters.stream())
            .flatMap(method -> Arrays.stream(method.getParameterTypes()))
            .findFirst()
            .orElseThrow();
    return type.getConstructor().newInstance();
  }

  private static List<Method> methods(Class<?> test, Class<? extends Annotation> role) {
    return Arrays.stream(test.getMethods())
        .filter(method -> method.isAnnotationPresent(role))
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  private static void call(Method method, Object state, Object result) {
    try {
      if (method.getParameterCount() == 0) {
        method.invoke(state);
      } else {
        method.invoke(state, result);
      }
    } catch (InvocationTargetException e) {
      throw new AssertionError(method.getName() + " failed", e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
