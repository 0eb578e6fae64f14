package dev.dmabroker.docs;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a page says that a program prints. Any number stands for any other, and a line of three dots
 * for any lines.
 */
record Output(ImmutableList<String> lines) {
  private static final Pattern NUMBER = Pattern.compile("\\d[\\d.,]*");

  Output(List<String> lines) {
    this(ImmutableList.copyOf(lines));
  }

  /** Asserts that all of them were printed, one after the other. */
  static void assertShown(String title, List<Output> outputs, String printed) {
    List<String> lines = printed.lines().map(Output::plain).toList();
    int from = 0;
    for (Output output : outputs) {
      from = output.endWithin(lines, from);
      if (from < 0) {
        throw new AssertionError(
            title + " does not print\n" + String.join("\n", output.lines) + "\nbut\n" + printed);
      }
    }
  }

  private static String plain(String line) {
    return NUMBER.matcher(line.stripTrailing()).replaceAll("0");
  }

  /** The index after the last line of this output, the first time that it is printed; or -1. */
  private int endWithin(List<String> printed, int from) {
    for (int start = from; start <= printed.size(); start++) {
      int end = endFrom(printed, start, 0);
      if (end >= 0) {
        return end;
      }
    }
    return -1;
  }

  private int endFrom(List<String> printed, int start, int index) {
    if (index == lines.size()) {
      return start;
    }
    if (lines.get(index).strip().equals("...")) {
      for (int skipped = start; skipped <= printed.size(); skipped++) {
        int end = endFrom(printed, skipped, index + 1);
        if (end >= 0) {
          return end;
        }
      }
      return -1;
    }
    boolean same = start < printed.size() && printed.get(start).equals(plain(lines.get(index)));
    return same ? endFrom(printed, start + 1, index + 1) : -1;
  }
}
