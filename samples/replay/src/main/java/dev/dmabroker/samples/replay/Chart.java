package dev.dmabroker.samples.replay;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Moves, refusals and scarce memory over time, one above the other, with a line for each playing.
 * Colours follow whether the reader prefers light or dark.
 */
final class Chart {
  private static final int WIDTH = 960;
  private static final int LEFT = 92;
  private static final int RIGHT = 930;
  private static final int LEGEND_TOP = 58;
  private static final int ROW = 18;
  private static final int PANEL = 140;
  private static final int GAP = 54;
  private static final double MEBIBYTE = 1 << 20;

  /** Lines that lie on one another are told apart by their dashes. */
  private static final List<String> DASHES =
      List.of("none", "10 4", "2 3", "14 4 2 4", "6 2", "1 5", "18 6", "4 4");

  private static final String STYLE =
      """
      <style>
      svg { --paper: #ffffff; --ink: #222222; --rule: #cccccc; color-scheme: light dark }
      @media (prefers-color-scheme: dark) { svg { --paper: #16181c; --ink: #e4e4e4; --rule: #454a52 } }
      .paper { fill: var(--paper) } text { fill: var(--ink) } .rule { stroke: var(--rule) }
      .line { fill: none; stroke-width: 2 }
      .c0 { stroke: #3b8bd0 } .c1 { stroke: #d9762b } .c2 { stroke: #3f9b58 } .c3 { stroke: #c2559c }
      .c4 { stroke: #9a8412 } .c5 { stroke: #8772d8 } .c6 { stroke: #cf4b4b } .c7 { stroke: #2b9b9b }
      </style>
      """;

  private final StringBuilder svg = new StringBuilder();
  private final List<Result> results;
  private final int panelsTop;

  private Chart(List<Result> results) {
    this.results = results;
    this.panelsTop = LEGEND_TOP + ROW * results.size() + 40;
  }

  /**
   * Draws playings of one trace.
   *
   * @param title what was played
   * @param results at least one
   */
  static String of(String title, List<Result> results) {
    Chart chart = new Chart(results);
    chart.begin(title);
    chart.panel(0, "Moves until then", course -> numbers(course.moves()));
    chart.panel(1, "Refusals until then", course -> numbers(course.refusals()));
    chart.panel(
        2,
        "Contiguous memory that buffers hold, MiB",
        course -> course.scarceBytes().stream().map(bytes -> bytes / MEBIBYTE).toList());
    chart.time();
    return chart.svg.append("</svg>\n").toString();
  }

  private static List<Double> numbers(List<Long> values) {
    return values.stream().map(Long::doubleValue).toList();
  }

  private int bottom() {
    return panelsTop + 3 * PANEL + 2 * GAP;
  }

  private void begin(String title) {
    int height = bottom() + 40;
    add(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d"
            font-family="sans-serif" font-size="13">
        """,
        WIDTH, height, WIDTH, height);
    svg.append(STYLE);
    add("<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n");
    add(
        "<text x=\"%d\" y=\"30\" font-size=\"18\" font-weight=\"bold\">%s</text>\n",
        LEFT, escaped(title));
    for (int i = 0; i < results.size(); i++) {
      int y = LEGEND_TOP + ROW * i;
      path(i, String.format(Locale.ROOT, "M%d %dH%d", LEFT, y - 4, LEFT + 48));
      text(LEFT + 58, y, "start", escaped(results.get(i).heuristic()));
    }
  }

  private void panel(int number, String heading, Function<Course, List<Double>> figure) {
    int top = panelsTop + number * (PANEL + GAP);
    add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n", LEFT, top - 12, heading);
    List<List<Double>> lines =
        results.stream().map(result -> figure.apply(result.course())).toList();
    double most =
        lines.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).max().orElse(0);
    double step = step(Math.max(1, most) / 4);
    double end = Math.ceil(Math.max(1, most) / step) * step;
    for (double at = 0; at <= end; at += step) {
      double y = y(top, at, end);
      add("<path class=\"rule\" d=\"M%d %.1fH%d\"/>\n", LEFT, y, RIGHT);
      text(LEFT - 8, y + 4, "end", number(at, step));
    }
    for (int i = 0; i < lines.size(); i++) {
      path(i, outline(lines.get(i), top, end));
    }
  }

  private static double y(int top, double value, double end) {
    return top + PANEL * (1 - value / end);
  }

  /** A line that stays where it is until the value changes. */
  private static String outline(List<Double> values, int top, double end) {
    StringBuilder path = new StringBuilder();
    double width = (RIGHT - LEFT) / (double) values.size();
    for (int i = 0; i < values.size(); i++) {
      double y = y(top, values.get(i), end);
      if (i == 0) {
        path.append(String.format(Locale.ROOT, "M%d %.1f", LEFT, y));
      } else if (!values.get(i).equals(values.get(i - 1))) {
        path.append(String.format(Locale.ROOT, "H%.1fV%.1f", LEFT + i * width, y));
      }
    }
    return path.append('H').append(RIGHT).toString();
  }

  private void time() {
    Course course = results.get(0).course();
    double seconds = course.stepMicros() * course.moves().size() / 1e6;
    double step = step(seconds / 8);
    for (double at = 0; at <= seconds; at += step) {
      double x = LEFT + (RIGHT - LEFT) * at / seconds;
      add("<path class=\"rule\" d=\"M%.1f %dv5\"/>\n", x, bottom());
      text(x, bottom() + 20, "middle", number(at, step) + " s");
    }
  }

  /** The round number that is the least of those that are not less. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (least <= factor * power) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static String number(double at, double step) {
    return String.format(Locale.ROOT, step < 1 ? "%.1f" : "%.0f", at);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private void path(int result, String outline) {
    add(
        "<path class=\"line c%d\" stroke-dasharray=\"%s\" d=\"%s\"/>\n",
        result % DASHES.size(), DASHES.get(result % DASHES.size()), outline);
  }

  private void text(double x, double y, String anchor, String text) {
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
