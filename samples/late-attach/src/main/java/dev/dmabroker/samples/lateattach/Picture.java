package dev.dmabroker.samples.lateattach;

import dev.dmabroker.samples.lateattach.Chronicle.Move;
import dev.dmabroker.samples.lateattach.Chronicle.Place;
import dev.dmabroker.samples.lateattach.Chronicle.Stage;
import dev.dmabroker.samples.lateattach.Chronicle.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Draws the time around the display's coming as SVG: a lane for each buffer, whose ground shows the
 * heap in which it lies and whose bars show the devices that have it, between the frames that the
 * camera filled and those that the display showed.
 */
final class Picture {
  private static final int WIDTH = 960;
  private static final int LEFT = 120;
  private static final int RIGHT = 940;
  private static final int FRAMES_TOP = 88;
  private static final int LANES_TOP = 132;
  private static final int LANE = 46;
  private static final int BAR = 8;
  private static final long BEFORE_NANOS = 100_000_000;
  private static final long AFTER_NANOS = 120_000_000;
  private static final long SHORTEST_NANOS = 360_000_000;

  /** The colours of a background, chosen so that colour-blind viewers can tell them apart. */
  enum Theme {
    LIGHT("#ffffff", "#1f2328", "#59636e", "#d1d9e0", "#dceaf7", "#fde6c8"),
    DARK("#0d1117", "#f0f6fc", "#9198a1", "#3d444d", "#15304d", "#4d3312");

    final String ground;
    final String text;
    final String faint;
    final String rule;
    final String before;
    final String after;

    Theme(String ground, String text, String faint, String rule, String before, String after) {
      this.ground = ground;
      this.text = text;
      this.faint = faint;
      this.rule = rule;
      this.before = before;
      this.after = after;
    }

    /** The colour of a device's bars. */
    String of(Stage stage) {
      return switch (stage) {
        case CAMERA -> this == LIGHT ? "#0b6bcb" : "#58a6ff";
        case VIEWER -> this == LIGHT ? "#1a7f37" : "#3fb950";
        case DISPLAY -> this == LIGHT ? "#c2410c" : "#f0883e";
      };
    }
  }

  private final StringBuilder svg = new StringBuilder();
  private final Chronicle chronicle;
  private final Theme theme;
  private final int buffers;
  private final long came;
  private final long from;
  private final long to;
  private final List<String> heaps;

  private Picture(Chronicle chronicle, int buffers, Theme theme) {
    this.chronicle = chronicle;
    this.theme = theme;
    this.buffers = buffers;
    came = chronicle.displayCame().orElseThrow();
    from = came - BEFORE_NANOS;
    long last = chronicle.moves().stream().mapToLong(Move::endNanos).max().orElse(came);
    to = Math.max(last + AFTER_NANOS, from + SHORTEST_NANOS);
    heaps =
        IntStream.range(0, buffers)
            .boxed()
            .flatMap(buffer -> chronicle.places(buffer).stream())
            .sorted(Comparator.comparingLong(Place::sinceNanos))
            .map(Place::heap)
            .distinct()
            .toList();
  }

  /**
   * Writes the picture for light backgrounds to the file, and the one for dark ones to a file
   * beside it, whose name has {@code -dark} before {@code .svg}.
   *
   * @throws IOException if a file cannot be written
   */
  static void write(Chronicle chronicle, int buffers, Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    String dark = name.replaceFirst("(\\.svg)?$", "-dark.svg");
    Files.writeString(file, of(chronicle, buffers, Theme.LIGHT));
    Files.writeString(file.resolveSibling(dark), of(chronicle, buffers, Theme.DARK));
  }

  /** The picture of a run in which the display came. */
  static String of(Chronicle chronicle, int buffers, Theme theme) {
    return new Picture(chronicle, buffers, theme).draw();
  }

  private String draw() {
    int bottom = LANES_TOP + buffers * LANE;
    int height = bottom + 112;
    add(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d"
            font-family="system-ui, sans-serif" font-size="13" fill="%3$s">
        <rect width="100%%" height="100%%" rx="6" fill="%4$s"/>
        """,
        WIDTH, height, theme.text, theme.ground);
    text(20, 30, "start", theme.text, "17", "A display joins a camera that is running");
    text(20, 50, "start", theme.faint, "13", summary());
    frames(FRAMES_TOP, "camera filled", Stage.CAMERA);
    for (int buffer = 0; buffer < buffers; buffer++) {
      lane(buffer, LANES_TOP + buffer * LANE);
    }
    frames(bottom + 24, "display showed", Stage.DISPLAY);
    coming(bottom + 34);
    axis(bottom + 48);
    legend(height - 16);
    return svg.append("</svg>\n").toString();
  }

  private String summary() {
    long longest =
        chronicle.moves().stream().mapToLong(m -> m.endNanos() - m.stallNanos()).max().orElse(0);
    return String.format(
        Locale.ROOT,
        "The display takes contiguous memory only. Each of the %d buffers moves there with its"
            + " picture; the longest wait was %.1f ms.",
        buffers,
        longest / 1e6);
  }

  /** A tick for each frame that the stage was given, or gave on. */
  private void frames(int y, String label, Stage stage) {
    text(LEFT - 12, y + 4, "end", theme.text, "13", label);
    for (Use use : chronicle.uses()) {
      long at = stage == Stage.CAMERA ? use.toNanos() : use.fromNanos();
      if (use.stage() == stage && at >= from && at <= to) {
        add(
            "<rect x=\"%.1f\" y=\"%d\" width=\"3\" height=\"16\" fill=\"%s\"/>\n",
            x(at) - 1.5, y - 8, theme.of(stage));
      }
    }
  }

  private void lane(int buffer, int y) {
    text(LEFT - 12, y + LANE / 2 + 1, "end", theme.text, "13", "buffer " + (buffer + 1));
    List<Place> places = chronicle.places(buffer);
    for (int i = 0; i < places.size(); i++) {
      long begin = Math.max(from, places.get(i).sinceNanos());
      long end = i + 1 < places.size() ? Math.min(to, places.get(i + 1).sinceNanos()) : to;
      if (begin < end) {
        rect(begin, end, y, LANE - 6, ground(places.get(i).heap()), "");
      }
    }
    for (Use use : chronicle.uses()) {
      if (use.buffer() == buffer && use.toNanos() > from && use.fromNanos() < to) {
        int row = y + 6 + use.stage().row * (BAR + 2);
        long begin = Math.max(from, use.fromNanos());
        rect(begin, Math.min(to, use.toNanos()), row, BAR, theme.of(use.stage()), " rx=\"2\"");
      }
    }
    for (Move move : chronicle.moves()) {
      if (move.buffer() == buffer) {
        rect(move.stallNanos(), move.endNanos(), y - 2, LANE - 2, theme.text, "");
      }
    }
  }

  private String ground(String heap) {
    return heaps.indexOf(heap) == 0 ? theme.before : theme.after;
  }

  /** The line at which the display attaches. */
  private void coming(int bottom) {
    add(
        "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\" stroke=\"%4$s\""
            + " stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>\n",
        x(came), FRAMES_TOP - 12, bottom, theme.of(Stage.DISPLAY));
    text(
        x(came) + 6,
        FRAMES_TOP + 26,
        "start",
        theme.of(Stage.DISPLAY),
        "13",
        "the display attaches");
  }

  private void axis(int y) {
    add(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\"/>\n",
        LEFT, y, RIGHT, y, theme.rule);
    for (long at = -50; came + at * 1_000_000 <= to; at += 50) {
      double x = x(came + at * 1_000_000);
      add(
          "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\" stroke=\"%4$s\"/>\n",
          x, y, y + 5, theme.rule);
      text(x, y + 19, "middle", theme.faint, "12", at == 0 ? "0" : at + " ms");
    }
  }

  private void legend(int y) {
    int x = 20;
    for (Stage stage : Stage.values()) {
      x = entry(x, y, theme.of(stage), "the " + stage.device() + " has it", 128);
    }
    for (String heap : heaps) {
      x = entry(x, y, ground(heap), "in " + heap, 36 + heap.length() * 7);
    }
    int unused = entry(x, y, theme.text, "the buffer moves", 0);
  }

  private int entry(int x, int y, String colour, String label, int width) {
    add(
        "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"10\" rx=\"2\" fill=\"%s\" stroke=\"%s\""
            + " stroke-width=\"0.5\"/>\n",
        x, y - 9, colour, theme.rule);
    text(x + 20, y, "start", theme.text, "13", label);
    return x + 20 + width;
  }

  private double x(long nanos) {
    return LEFT + (RIGHT - LEFT) * (double) (nanos - from) / (to - from);
  }

  private void rect(long begin, long end, int y, int height, String colour, String more) {
    add(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"%s/>\n",
        x(begin), y, Math.max(1.5, x(end) - x(begin)), height, colour, more);
  }

  private void text(double x, int y, String anchor, String colour, String size, String text) {
    add(
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\" font-size=\"%s\">%s</text>\n",
        x, y, anchor, colour, size, text);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
