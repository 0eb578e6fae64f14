package dev.dmabroker.samples.broker;

import dev.dmabroker.remote.ClientRight;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a value of the configuration is written.
 *
 * @param <T> what it is read as
 */
@FunctionalInterface
interface Form<T> {

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if the text has another form; the message says which it wants
   */
  T read(String text);

  /** Any text that is not empty. */
  Form<String> TEXT =
      text -> {
        if (text.isEmpty()) {
          throw new IllegalArgumentException("wants a text");
        }
        return text;
      };

  /** {@code yes} or {@code no}. */
  Form<Boolean> YES_OR_NO =
      text ->
          switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on" -> true;
            case "no", "false", "off" -> false;
            default -> throw new IllegalArgumentException("wants yes or no");
          };

  /** A number of things, at least 1. */
  Form<Integer> COUNT = text -> number(text, 1, Integer.MAX_VALUE, "wants a number from 1");

  /** A port, or {@code off}; 0 takes any that is free. */
  Form<OptionalInt> PORT =
      text ->
          text.equalsIgnoreCase("off")
              ? OptionalInt.empty()
              : OptionalInt.of(number(text, 0, 65_535, "wants a port from 0 to 65535, or off"));

  /** Permissions of a file, as chmod takes them. */
  Form<Integer> MODE =
      text -> {
        if (!text.matches("0?[0-7]{3}")) {
          throw new IllegalArgumentException("wants permissions such as 0660");
        }
        return Integer.parseInt(text, 8);
      };

  /** Words with commas between them; {@code all} is the empty list. */
  Form<List<String>> NAMES_OR_ALL = text -> text.equals("all") ? List.of() : words(text);

  /** Rights of a client, with commas between them, or {@code none}. */
  Form<Set<ClientRight>> RIGHTS = Form::rights;

  /** A number with a unit of time, such as {@code 500 ms}. */
  Form<Duration> TIME =
      text ->
          Duration.ofNanos(amount(text, Units.TIME, "wants a time, such as 500 ms, 5 s or 2 min"));

  /** A number with a unit of memory, such as {@code 256 MiB}. */
  Form<Long> MEMORY =
      text -> amount(text, Units.MEMORY, "wants an amount of memory, such as 256 MiB or 1 GiB");

  private static int number(String text, int least, int most, String wants) {
    try {
      int number = Integer.parseInt(text.replace(",", "").replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused as one that is out of the limits.
    }
    throw new IllegalArgumentException(wants);
  }

  private static List<String> words(String text) {
    List<String> words =
        Stream.of(text.split(",", -1)).map(String::strip).filter(word -> !word.isEmpty()).toList();
    if (words.isEmpty()) {
      throw new IllegalArgumentException("wants names with commas between them, or all");
    }
    return words;
  }

  /** How a right is written. */
  static String name(ClientRight right) {
    return right.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Set<ClientRight> rights(String text) {
    Set<ClientRight> rights = EnumSet.noneOf(ClientRight.class);
    if (text.equals("none")) {
      return rights;
    }
    for (String word : words(text)) {
      rights.add(right(word));
    }
    return rights;
  }

  private static ClientRight right(String word) {
    for (ClientRight right : ClientRight.values()) {
      if (name(right).equals(word)) {
        return right;
      }
    }
    List<String> names = Arrays.stream(ClientRight.values()).map(Form::name).toList();
    throw new IllegalArgumentException("has no right '" + word + "'" + Nearest.hint(word, names));
  }

  private static long amount(String text, Map<String, Long> units, String wants) {
    Matcher parts = Units.AMOUNT.matcher(text);
    Long unit = parts.matches() ? units.get(parts.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(wants);
    }
    try {
      long amount = Math.multiplyExact(Long.parseLong(parts.group(1)), unit);
      if (amount > 0) {
        return amount;
      }
    } catch (ArithmeticException | NumberFormatException tooLarge) {
      // Refused as one that is no amount.
    }
    throw new IllegalArgumentException(wants);
  }

  /** What stands behind a number. */
  final class Units {
    static final Pattern AMOUNT = Pattern.compile("(\\d{1,18}) ?([A-Za-z]*)");
    static final Map<String, Long> TIME =
        Map.of("us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "min", 60_000_000_000L);
    static final Map<String, Long> MEMORY =
        Map.of("kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30, "tib", 1L << 40);

    private Units() {}
  }
}
