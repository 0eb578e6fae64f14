package dev.dmabroker.samples.options;

import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The words that an option takes, where they are known to the program only. A subclass without
 * parameters is both the option's converter and its completion candidates.
 */
public abstract class OneOf implements ITypeConverter<String>, Iterable<String> {
  private final List<String> words;

  /** Keeps the words in their order. */
  protected OneOf(List<String> words) {
    this.words = List.copyOf(words);
  }

  @Override
  public final String convert(String value) {
    if (words.contains(value)) {
      return value;
    }
    throw new TypeConversionException(
        "wants one of " + String.join(", ", words) + ", not " + value);
  }

  @Override
  public final Iterator<String> iterator() {
    return words.iterator();
  }
}
