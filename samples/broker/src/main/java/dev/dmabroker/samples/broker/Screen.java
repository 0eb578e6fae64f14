package dev.dmabroker.samples.broker;

import dev.dmabroker.samples.broker.Census.ClientRow;
import dev.dmabroker.samples.broker.Census.HeapRow;
import dev.dmabroker.samples.broker.Census.StreamRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@link Census} as text, in columns that are as wide as what stands in them. */
final class Screen {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final int STEP = 1024;
  private static final int SECONDS_PER_HOUR = 3600;

  private final Census census;
  private final @Nullable Census before;

  private Screen(Census census, @Nullable Census before) {
    this.census = census;
    this.before = before;
  }

  /**
   * The text, whose lines end with a line feed.
   *
   * @param before the census of a moment before, for what happened since; null for none
   */
  static String of(Census census, @Nullable Census before) {
    return new Screen(census, before).text();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    long seconds = census.up().toSeconds();
    long used = census.heaps().stream().mapToLong(HeapRow::usedBytes).sum();
    text.append(
        String.format(
            Locale.ROOT,
            "dmabroker at %s (process %d), up %d:%02d:%02d, clients: %d, in use: %s%n%n",
            census.socket(),
            census.pid(),
            seconds / SECONDS_PER_HOUR,
            seconds / 60 % 60,
            seconds % 60,
            census.clients().size(),
            bytes(used)));
    table(text, heaps());
    table(text, clients());
    if (!census.streams().isEmpty()) {
      table(text, streams());
    }
    text.append("HELD UP\n");
    census.holdUps().forEach(line -> text.append("  ").append(printable(line)).append('\n'));
    return text.append(census.holdUps().isEmpty() ? "  nothing\n" : "").toString();
  }

  private List<List<String>> heaps() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("HEAP", "BUFFERS>", "USED>", "LINGERING>", "MEMORY"));
    for (HeapRow heap : census.heaps()) {
      rows.add(
          List.of(
              heap.name(),
              String.valueOf(heap.buffers()),
              bytes(heap.usedBytes()),
              bytes(heap.lingeringBytes()),
              heap.contiguous() ? "contiguous" : "scattered"));
    }
    return rows;
  }

  private List<List<String>> clients() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "CLIENT",
            "PID>",
            "UID>",
            "BUFFERS>",
            "MEMORY>",
            "LIMIT>",
            "HOLDS>",
            "MAPS/S>",
            "WHERE"));
    for (ClientRow client : census.clients()) {
      rows.add(
          List.of(
              client.name(),
              String.valueOf(client.pid()),
              String.valueOf(client.uid()),
              String.valueOf(client.buffers()),
              bytes(client.memoryBytes()),
              bytes(client.limitBytes()),
              String.valueOf(client.holds()),
              mapsPerSecond(client),
              where(client.inHeaps())));
    }
    return rows;
  }

  private String mapsPerSecond(ClientRow client) {
    Census earlier = before;
    if (earlier == null || census.up().minus(earlier.up()).toNanos() <= 0) {
      return "-";
    }
    double seconds = census.up().minus(earlier.up()).toNanos() / 1e9;
    return earlier.clients().stream()
        .filter(each -> each.name().equals(client.name()))
        .findAny()
        .map(
            each ->
                String.valueOf(Math.max(0, Math.round((client.maps() - each.maps()) / seconds))))
        .orElse("-");
  }

  private static String where(Map<String, Long> inHeaps) {
    return inHeaps.entrySet().stream()
        .map(each -> each.getKey() + " " + bytes(each.getValue()))
        .collect(Collectors.joining(", "));
  }

  private List<List<String>> streams() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("STREAM", "STATE", "FRAMES>", "IN FLIGHT>", "BUFFERS>", "DROPPED>", "CONSUMERS>"));
    for (StreamRow stream : census.streams()) {
      rows.add(
          List.of(
              stream.name(),
              stream.state().toLowerCase(Locale.ROOT),
              String.valueOf(stream.submitted()),
              String.valueOf(stream.inFlight()),
              String.valueOf(stream.depth()),
              String.valueOf(stream.dropped()),
              String.valueOf(stream.takers())));
    }
    return rows;
  }

  /** Columns whose title ends with {@code >} have their values at the right. */
  private static void table(StringBuilder text, List<List<String>> rows) {
    List<String> titles = rows.get(0);
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < titles.size(); column++) {
        int at = column;
        int width = rows.stream().mapToInt(each -> cell(each, at).length()).max().orElse(0);
        boolean right = titles.get(column).endsWith(">");
        line.append(
            String.format(
                Locale.ROOT, "%" + (right ? "" : "-") + width + "s  ", cell(row, column)));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    text.append('\n');
  }

  private static String cell(List<String> row, int column) {
    String cell = row.get(column);
    return printable(cell.endsWith(">") ? cell.substring(0, cell.length() - 1) : cell);
  }

  /** Names are the clients' own: they may not steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /** An amount of memory with three digits and a unit. */
  static String bytes(long amount) {
    double rest = amount;
    int unit = 0;
    while (rest >= STEP && unit < UNITS.length - 1) {
      rest /= STEP;
      unit++;
    }
    boolean whole = unit == 0 || rest >= 100 || rest == Math.rint(rest);
    return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", rest, UNITS[unit]);
  }
}
