package dev.dmabroker.remote.internal.value;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Turns the names of values into the values. */
final class Names {
  private Names() {}

  /**
   * The value of a name.
   *
   * @throws BadMessageException if this version has no value of this name
   */
  static <E extends Enum<E>> E value(Class<E> type, String name) throws BadMessageException {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new BadMessageException(
          "'" + cut(name) + "' is no " + type.getSimpleName() + " that this version knows");
    }
  }

  /** The values of names. */
  static <E extends Enum<E>> List<E> values(Class<E> type, Collection<String> names)
      throws BadMessageException {
    List<E> values = new ArrayList<>();
    for (String name : names) {
      values.add(value(type, name));
    }
    return values;
  }

  /** A text that is empty if there is none. */
  static Optional<String> optional(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** A text of another process as it may stand in an error. */
  static String cut(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }
}
