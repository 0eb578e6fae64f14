package dev.dmabroker.samples.latency;

import java.util.List;
import java.util.Locale;

/**
 * The latency, the memory and the stutters over time, one above the other. Lines are named where
 * they end, so that readers need not look up colours.
 */
final class Chart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 640;
  private static final int LEFT = 92;
  private static final int RIGHT = 850;
  private static final int LATENCY_TOP = 84;
  private static final int LATENCY_BOTTOM = 164;
  private static final int MEMORY_TOP = 212;
  private static final int MEMORY_BOTTOM = 432;
  private static final int STUTTER_TOP = 484;
  private static final int ROW = 22;

  /** Fixed counts get darker with their size; the dynamic one, which comes last, stands out. */
  private static final List<String> COLOURS =
      List.of("#7aa9cf", "#4a8dbf", "#2868a0", "#0b3c6f", "#d55e00");

  private final StringBuilder svg = new StringBuilder();
  private final Schedule schedule;
  private final List<Run> runs;
  private final int rate;

  private Chart(Schedule schedule, List<Run> runs, int rate) {
    this.schedule = schedule;
    this.runs = runs;
    this.rate = rate;
  }

  static String of(Schedule schedule, List<Run> runs, int rate) {
    Chart chart = new Chart(schedule, runs, rate);
    chart.add(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d"
            font-family="sans-serif" font-size="13" fill="#222">
        <rect width="100%%" height="100%%" fill="#fff"/>
        <text x="%d" y="32" font-size="18" font-weight="bold">As many buffers as the latency takes</text>
        """,
        WIDTH, HEIGHT, WIDTH, HEIGHT, LEFT);
    chart.latency();
    chart.memory();
    chart.stutters();
    chart.time();
    return chart.svg.append("</svg>\n").toString();
  }

  private void latency() {
    heading(LATENCY_TOP, "Frames that the downstream keeps");
    int most = schedule.phases().stream().mapToInt(Integer::intValue).max().orElse(1);
    int height = LATENCY_BOTTOM - LATENCY_TOP;
    for (int i = 0; i < schedule.phases().size(); i++) {
      int frames = schedule.phases().get(i);
      double left = x(i * schedule.framesPerPhase());
      double right = x((i + 1) * schedule.framesPerPhase());
      double top = LATENCY_BOTTOM - height * (double) frames / most;
      add(
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#ddd\"/>\n",
          left, top, right - left, LATENCY_BOTTOM - top);
      boolean inside = LATENCY_BOTTOM - top > 24;
      text((left + right) / 2, inside ? top + 16 : top - 4, "middle", Integer.toString(frames));
    }
    rule(LATENCY_BOTTOM);
  }

  private void memory() {
    heading(MEMORY_TOP, "Memory of the stream, MiB");
    double most = runs.stream().mapToDouble(Run::peakBytes).max().orElse(1);
    double step = step(Report.mebibytes(most));
    double top = Math.ceil(Report.mebibytes(most) / step) * step;
    for (double at = 0; at <= top; at += step) {
      double y = memoryY(at, top);
      rule(y);
      text(LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%.0f", at));
    }
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      StringBuilder path = new StringBuilder();
      long before = -1;
      for (int frame = 0; frame < run.bytes().size(); frame++) {
        long now = run.bytes().get(frame);
        if (now != before || frame == run.bytes().size() - 1) {
          double y = memoryY(Report.mebibytes((double) now), top);
          path.append(
              before < 0
                  ? String.format(Locale.ROOT, "M%.1f %.1f", x(frame), y)
                  : String.format(Locale.ROOT, "H%.1fV%.1f", x(frame + 1), y));
          before = now;
        }
      }
      add(
          "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>\n",
          path, COLOURS.get(i), isDynamic(i) ? "2.5" : "1.5");
      long last = run.bytes().get(run.bytes().size() - 1);
      boolean below = isDynamic(i);
      label(
          RIGHT + 8,
          memoryY(Report.mebibytes((double) last), top) + (below ? 10 : 4),
          i,
          run.name());
    }
  }

  private static double memoryY(double mebibytes, double top) {
    return MEMORY_BOTTOM - (MEMORY_BOTTOM - MEMORY_TOP) * mebibytes / top;
  }

  /** Of some five lines, a round number. */
  private static double step(double most) {
    double rough = most / 5;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double factor : new double[] {1, 2, 5}) {
      if (rough <= factor * power) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private void stutters() {
    heading(STUTTER_TOP, "Frames that came too late, for want of a buffer");
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      double y = STUTTER_TOP + i * ROW;
      add(
          "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"#f3f3f3\"/>\n",
          LEFT, y, RIGHT - LEFT, ROW - 4);
      for (int from = 0; from < run.stutters().size(); ) {
        int to = from + 1;
        while (to < run.stutters().size()
            && run.stutters().get(to) == run.stutters().get(to - 1) + 1) {
          to++;
        }
        double left = x(run.stutters().get(from));
        double right = x(run.stutters().get(to - 1) + 1);
        add(
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
            left, y, Math.max(1, right - left), ROW - 4, COLOURS.get(i));
        from = to;
      }
      text(LEFT - 8, y + 14, "end", run.name());
      label(RIGHT + 8, y + 14, i, Integer.toString(run.stutters().size()));
    }
  }

  private void time() {
    double y = STUTTER_TOP + runs.size() * ROW;
    double seconds = schedule.frames() / (double) rate;
    double step = step(seconds * 0.6);
    for (double at = 0; at <= seconds; at += step) {
      double x = x(at * rate);
      add(
          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#888\"/>\n",
          x, y, x, y + 5);
      text(x, y + 20, "middle", String.format(Locale.ROOT, step < 1 ? "%.1f s" : "%.0f s", at));
    }
  }

  private double x(double frame) {
    return LEFT + (RIGHT - LEFT) * frame / schedule.frames();
  }

  private boolean isDynamic(int run) {
    return run == runs.size() - 1;
  }

  private void heading(double top, String text) {
    add("<text x=\"%d\" y=\"%.1f\" font-weight=\"bold\">%s</text>\n", LEFT, top - 14, text);
  }

  private void rule(double y) {
    add(
        "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ccc\""
            + " stroke-width=\"0.8\"/>\n",
        LEFT, y, RIGHT, y);
  }

  private void text(double x, double y, String anchor, String text) {
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text);
  }

  private void label(double x, double y, int run, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" font-weight=\"bold\">%s</text>\n",
        x, y, COLOURS.get(run), text);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
