package dev.dmabroker.samples.options;

import java.lang.reflect.AnnotatedElement;
import java.math.BigDecimal;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * What {@link Within} makes of an option: it converts the words that are numbers within the limits,
 * and refuses all others.
 */
record Limits(Class<?> type, double least, double most) implements ITypeConverter<Number> {

  /** The limits that an option has; empty if it has none. */
  static Optional<Limits> of(OptionSpec option) {
    if (option.userObject() instanceof AnnotatedElement field) {
      Class<?>[] types = option.auxiliaryTypes();
      return Optional.ofNullable(field.getAnnotation(Within.class))
          .map(within -> new Limits(types[types.length - 1], within.least(), within.most()));
    }
    return Optional.empty();
  }

  @Override
  public Number convert(String value) {
    try {
      Number number = number(value);
      if (number.doubleValue() >= least && number.doubleValue() <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused as one that is out of the limits.
    }
    throw new TypeConversionException("wants " + this + ", not " + value);
  }

  private Number number(String value) {
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(value);
    }
    return Double.valueOf(value);
  }

  /** For a person to read: "2 to 86400". */
  @Override
  public String toString() {
    return BigDecimal.valueOf(least).stripTrailingZeros().toPlainString()
        + " to "
        + BigDecimal.valueOf(most).stripTrailingZeros().toPlainString();
  }
}
