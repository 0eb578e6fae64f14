package dev.dmabroker.internal.runtime;

import com.google.common.base.CharMatcher;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant by one that is not known. */
public final class Nearest {
  private Nearest() {}

  /**
   * Returns the known name that differs least, case aside; empty if each differs in more than a
   * third of the letters, and in more than one. Names that differ in digits alone, as {@code cam-1}
   * and {@code cam-2}, are meant as they are.
   */
  public static Optional<String> to(String name, Collection<String> known) {
    int most = Math.max(1, name.length() / 3);
    return known.stream()
        .filter(each -> distance(name, each) <= most)
        .filter(each -> !withoutDigits(name).equals(withoutDigits(each)))
        .min(
            Comparator.<String>comparingInt(each -> distance(name, each))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String withoutDigits(String name) {
    return CharMatcher.inRange('0', '9').removeFrom(name);
  }

  /** Returns how many letters have to be added, removed, replaced or swapped with the next. */
  private static int distance(String one, String other) {
    String from = one.toLowerCase(Locale.ROOT);
    String to = other.toLowerCase(Locale.ROOT);
    int[][] least = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          least[i][j] = i + j;
          continue;
        }
        int replaced = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        least[i][j] =
            Math.min(
                least[i - 1][j - 1] + replaced, 1 + Math.min(least[i - 1][j], least[i][j - 1]));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          least[i][j] = Math.min(least[i][j], least[i - 2][j - 2] + 1);
        }
      }
    }
    return least[from.length()][to.length()];
  }
}
