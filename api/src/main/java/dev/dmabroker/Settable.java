package dev.dmabroker;

import java.time.Duration;

/** Checks what applications set. */
final class Settable {
  private Settable() {}

  /**
   * Checks a time, and returns it.
   *
   * @param field names the setting in the error
   * @throws IllegalArgumentException unless the time is positive
   */
  static Duration positive(String field, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(field + " must be positive, is " + time);
    }
    return time;
  }

  /** Returns a number that is at least 1, and refuses one that is less. */
  static long positive(String what, long number) {
    if (number < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, is " + number);
    }
    return number;
  }
}
