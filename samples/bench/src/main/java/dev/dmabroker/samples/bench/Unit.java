package dev.dmabroker.samples.bench;

import java.util.Locale;

/** What a number counts. */
enum Unit {
  /** Time, in nanoseconds. */
  NANOS {
    @Override
    String text(double value) {
      if (value < 1e3) {
        return format("%.1f ns", value);
      }
      return value < 1e6 ? format("%.2f us", value / 1e3) : format("%.3f ms", value / 1e6);
    }
  },
  /** Memory. */
  BYTES {
    @Override
    String text(double value) {
      return format("%,.0f B", value);
    }
  },
  /** Things. */
  COUNT {
    @Override
    String text(double value) {
      return format("%,.0f", value);
    }
  },
  /** The exponent of the power by which a figure grows. */
  GROWTH {
    @Override
    String text(double value) {
      return format("n^%.2f", value);
    }
  },
  /** One figure over another. */
  TIMES {
    @Override
    String text(double value) {
      return format(value < 100 ? "x %.2f" : "x %,.0f", value);
    }
  };

  /** For a person to read. */
  abstract String text(double value);

  private static String format(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
