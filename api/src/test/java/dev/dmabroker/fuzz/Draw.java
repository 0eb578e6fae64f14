package dev.dmabroker.fuzz;

import dev.dmabroker.Broker;
import dev.dmabroker.fuzz.Kind.Ref;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call, drawn from the seed alone: what exists in the world, and how the calls
 * before it ended, has no part in it. Notes each for the text of the step.
 */
final class Draw {
  private static final int NULLS_PER_MILLE = 15;
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final List<Duration> TIMEOUTS =
      List.of(
          Duration.ofNanos(1),
          Duration.ofMillis(1),
          Duration.ofMillis(1),
          Duration.ofMillis(3),
          Duration.ofMillis(3),
          Duration.ofMillis(10));
  private static final List<Duration> BAD_TIMEOUTS =
      List.of(
          Duration.ZERO,
          Duration.ofNanos(-1),
          Duration.ofSeconds(Long.MIN_VALUE),
          FOR_EVER,
          FOR_EVER);
  private static final List<Duration> SETTINGS =
      List.of(Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(20));
  private static final List<Duration> BAD_SETTINGS =
      List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE));
  private static final List<String> NAMES =
      List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
  private static final List<String> BAD_NAMES =
      List.of("", " ", "\t", "system", "x".repeat(300), "\0\u2028\ud800");

  private final Random random;
  private final StringJoiner text = new StringJoiner(" ");
  private boolean hasNull;
  private boolean hasForEver;
  private Duration longestWait = Duration.ZERO;

  Draw(Random random) {
    this.random = random;
  }

  /** What was drawn, for a person to read. */
  String text() {
    return text.toString();
  }

  /** Whether an argument is null. */
  boolean hasNull() {
    return hasNull;
  }

  /** Whether a timeout is so long that the call may block until it is interrupted. */
  boolean hasForEver() {
    return hasForEver;
  }

  /** The longest of the timeouts. */
  Duration longestWait() {
    return longestWait;
  }

  private <T> T noted(T drawn) {
    text.add(String.valueOf(drawn));
    return drawn;
  }

  boolean chance(int perMille) {
    return random.nextInt(1000) < perMille;
  }

  /** A flag that shows in the text. */
  boolean flag(String name, int perMille) {
    boolean drawn = chance(perMille);
    if (drawn) {
      text.add(name);
    }
    return drawn;
  }

  int number(int bound) {
    return noted(random.nextInt(bound));
  }

  /** A slot whose thing is the receiver of the call, or that gets its result. */
  <T> Ref<T> slot(Kind<T> kind) {
    return noted(new Ref<>(kind, random.nextInt(kind.slots())));
  }

  /** Mostly the first broker, so that most things that meet are of one broker. */
  Ref<Broker> broker() {
    return noted(new Ref<>(Things.BROKERS, chance(120) ? 1 : 0));
  }

  /** Mostly the other broker: what ends it ends all that it has. */
  Ref<Broker> otherBroker() {
    return noted(new Ref<>(Things.BROKERS, chance(120) ? 0 : 1));
  }

  /** A slot that is emptied mostly, as its thing is closed. */
  <T> Closing<T> closing(Kind<T> kind) {
    return new Closing<>(slot(kind), flag("stays", 250));
  }

  /**
   * A thing that is to be closed.
   *
   * @param stays whether it stays in its slot, so that the walk uses it after it was closed
   */
  record Closing<T>(Ref<T> slot, boolean stays) {
    T in(World world) {
      return stays ? world.get(slot) : world.take(slot);
    }

    /** Notes that the thing, which other threads may have used meanwhile, is closed. */
    void closed(World world, T thing) {
      if (!stays) {
        world.drop(slot, thing);
      }
    }
  }

  /** A slot whose thing is an argument, or now and then null. */
  <T> Ref<T> argument(Kind<T> kind) {
    return isNull() ? noted(new Ref<>(kind, Ref.NOTHING)) : slot(kind);
  }

  private boolean isNull() {
    boolean drawn = chance(NULLS_PER_MILLE);
    hasNull |= drawn;
    return drawn;
  }

  /** One of these values, or now and then null. */
  <T> T of(List<? extends T> values) {
    if (isNull()) {
      text.add("null");
      return nothing();
    }
    return known(values);
  }

  /** One of these values. */
  <T> T known(List<? extends T> values) {
    T drawn = values.get(random.nextInt(values.size()));
    text.add(readable(String.valueOf(drawn)));
    return drawn;
  }

  private static String readable(String text) {
    String printable = text.replaceAll("[^ -~]", "?");
    String quoted = printable.isBlank() ? "'" + printable + "'" : printable;
    return quoted.length() <= 60 ? quoted : quoted.substring(0, 60) + "...";
  }

  <E extends Enum<E>> E of(Class<E> type) {
    return of(Arrays.asList(type.getEnumConstants()));
  }

  /** A good value mostly, and a bad one now and then. */
  <T> T of(List<? extends T> good, List<? extends T> bad) {
    return of(chance(60) ? bad : good);
  }

  String name() {
    return of(NAMES, BAD_NAMES);
  }

  Duration timeout() {
    Duration drawn = of(TIMEOUTS, BAD_TIMEOUTS);
    if (drawn != null) {
      hasForEver |= drawn.equals(FOR_EVER);
      longestWait = drawn.compareTo(longestWait) > 0 ? drawn : longestWait;
    }
    return drawn;
  }

  /** A duration that no call waits for: a setting. */
  Duration setting() {
    return of(SETTINGS, BAD_TIMEOUTS);
  }

  /** A setting by which calls wait that name no timeout themselves. */
  Duration waitingSetting() {
    return of(SETTINGS, BAD_SETTINGS);
  }

  /** Null where the signature forbids it, as a caller without a checker may pass it. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  static <T> T nothing() {
    @Nullable T nothing = null;
    return nothing;
  }
}
