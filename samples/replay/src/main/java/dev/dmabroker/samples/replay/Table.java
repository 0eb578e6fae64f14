package dev.dmabroker.samples.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results side by side. */
final class Table {
  private Table() {}

  /** A line for each result, under a line of headings, the columns aligned. */
  static List<String> of(List<Result> results) {
    List<List<String>> rows = new ArrayList<>();
    for (Result result : results) {
      if (rows.isEmpty()) {
        rows.add(headings(result));
      }
      rows.add(row(result));
    }
    return aligned(rows);
  }

  /** A line for each row: the first column to the left, the others to the right. */
  static List<String> aligned(List<List<String>> rows) {
    return rows.stream().map(row -> aligned(row, rows)).toList();
  }

  private static List<String> headings(Result result) {
    List<String> headings =
        new ArrayList<>(
            List.of("heuristic", "moves", "copied", "refusals", "evictions", "returns"));
    result.peaks().forEach(each -> headings.add("peak " + each.heap()));
    result.means().forEach(each -> headings.add("mean " + each.heap()));
    headings.addAll(List.of("stall", "waited", "dropped", "missed", "rolled back"));
    return headings;
  }

  private static List<String> row(Result result) {
    List<String> row = new ArrayList<>();
    row.add(result.heuristic());
    row.add(Long.toString(result.moves()));
    row.add(mebibytes(result.copiedBytes()));
    row.add(Long.toString(result.refusals()));
    row.add(Long.toString(result.evictions()));
    row.add(Long.toString(result.returns()));
    result.peaks().forEach(each -> row.add(mebibytes(each.bytes())));
    result.means().forEach(each -> row.add(mebibytes(each.bytes())));
    row.add(millis(result.stallMicros()));
    row.add(millis(result.waitedMicros()));
    row.add(Long.toString(result.dropped()));
    row.add(Long.toString(result.missed()));
    row.add(Long.toString(result.rolledBack()));
    return row;
  }

  static String millis(long micros) {
    return String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
  }

  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }

  private static String aligned(List<String> row, List<List<String>> rows) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      int column = i;
      int width = rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
      String padding = " ".repeat(width - row.get(i).length());
      line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
    }
    return line.toString();
  }
}
