package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Figures under each other, each beside its peer and its bar. */
final class Table {
  private static final String MET = "met";
  private static final String MISSED = "missed";
  private static final String NOT_MEASURED = "not measured";

  /** Words stand to the left and numbers to the right. */
  private static final List<Boolean> TO_THE_RIGHT =
      List.of(false, true, true, true, true, false, false, false);

  private final List<List<String>> rows = new ArrayList<>();

  Table() {
    rows.add(
        List.of("what", "figure", "spread", "garbage", "ratio", "to what", "bar", "the bar is"));
  }

  /** The following figures' common heading. */
  void section(String title) {
    rows.add(List.of());
    rows.add(List.of(title));
  }

  /** A figure by itself. */
  void add(Figure figure) {
    row(figure, "", "", "", "");
  }

  /** A figure that has to reach a bar by itself. */
  void add(Figure figure, Bar bar) {
    row(figure, "", "", bar.text(), verdict(bar, figure.value()));
  }

  /** A figure, and how many times as large as another it is. */
  void add(Figure figure, Figure to) {
    row(figure, ratioText(figure, to), to.what(), "", "");
  }

  /** A figure whose ratio to another has to reach a bar. */
  void add(Figure figure, Figure to, Bar bar) {
    row(
        figure,
        ratioText(figure, to),
        to.what(),
        bar.text(),
        verdict(bar, figure.value() / to.value()));
  }

  /** A figure that grows with the number of things, which has to be within a bar. */
  void add(Growth growth, Bar bar) {
    double exponent = growth.exponent();
    row(
        growth.last(),
        Unit.GROWTH.text(exponent),
        growth.before(),
        bar.text(),
        verdict(bar, exponent));
  }

  /** A bar whose peer could not be had. */
  void addUnjudged(Figure figure, String why, Bar bar) {
    row(figure, "", why, bar.text(), NOT_MEASURED);
  }

  private static String ratioText(Figure figure, Figure to) {
    return Unit.TIMES.text(figure.value() / to.value());
  }

  private static String verdict(Bar bar, double value) {
    if (Double.isNaN(value)) {
      return NOT_MEASURED;
    }
    return bar.isMetBy(value) ? MET : MISSED;
  }

  private void row(Figure figure, String ratio, String to, String bar, String verdict) {
    rows.add(
        List.of(
            "  " + figure.what(),
            figure.unit().text(figure.value()),
            spreadText(figure),
            figure.garbage().isPresent() ? Unit.BYTES.text(figure.garbage().getAsDouble()) : "",
            ratio,
            to,
            bar,
            verdict));
  }

  private static String spreadText(Figure figure) {
    return figure.spread().isPresent()
        ? String.format(Locale.ROOT, "+-%.1f %%", 100 * figure.spread().getAsDouble())
        : "";
  }

  /** The lines to print; the last one counts the bars. */
  List<String> lines() {
    int[] widths = new int[TO_THE_RIGHT.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = width(i);
    }
    List<String> lines = new ArrayList<>();
    rows.forEach(row -> lines.add(aligned(row, widths)));
    lines.add("");
    lines.add(summary());
    return lines;
  }

  /** 0 if nothing stands in the column but its heading. */
  private int width(int column) {
    int widest =
        rows.stream()
            .skip(1)
            .filter(row -> row.size() > 1)
            .mapToInt(row -> row.get(column).length())
            .max()
            .orElse(0);
    return widest == 0 ? 0 : Math.max(widest, rows.get(0).get(column).length());
  }

  private static String aligned(List<String> row, int[] widths) {
    if (row.size() < 2) {
      return String.join("", row);
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      if (widths[i] == 0) {
        continue;
      }
      String padding = " ".repeat(widths[i] - row.get(i).length());
      line.append(TO_THE_RIGHT.get(i) ? padding + row.get(i) : row.get(i) + padding).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private String summary() {
    return "bars: "
        + Arrays.asList(MET, MISSED, NOT_MEASURED).stream()
            .map(verdict -> count(verdict) + " " + verdict)
            .collect(Collectors.joining(", "));
  }

  private long count(String verdict) {
    return rows.stream()
        .filter(row -> row.size() > 1 && row.get(row.size() - 1).equals(verdict))
        .count();
  }
}
