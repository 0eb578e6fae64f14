package dev.dmabroker.samples.broker;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a person meant who misspelt it. */
final class Nearest {
  private Nearest() {}

  /** The word with the least difference; empty if even that one has little in common. */
  static Optional<String> to(String misspelt, Collection<String> words) {
    String wanted = misspelt.toLowerCase(Locale.ROOT);
    return words.stream()
        .filter(word -> distance(wanted, word) <= Math.max(2, word.length() / 3))
        .min(Comparator.comparingInt((String word) -> distance(wanted, word)));
  }

  /** {@code ; did you mean 'WORD'?}, or a list of the words. */
  static String hint(String misspelt, Collection<String> words) {
    return to(misspelt, words)
        .map(word -> "; did you mean '" + word + "'?")
        .orElseGet(() -> "; known are " + String.join(", ", words));
  }

  /** How many letters have to be added, removed or replaced to make one word of the other. */
  static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] line = new int[to.length() + 1];
      line[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        line[column] =
            Math.min(above[column - 1] + replaced, Math.min(above[column], line[column - 1]) + 1);
      }
      above = line;
    }
    return above[to.length()];
  }
}
