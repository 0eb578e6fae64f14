package dev.dmabroker.metrics;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A lane of a device, a buffer, a heap or a stream. The lane gets several rows if its slices
 * overlap: the slices of one row must not overlap, unless one lies within the other. Slices come in
 * the order of their ends.
 */
final class TraceLane {
  /** The kinds of lanes, each a process of the trace. */
  enum Kind {
    HEAP("heaps", 1, "bytes"),
    DEVICE("devices", 2, ""),
    BUFFER("buffers", 3, ""),
    STREAM("streams", 4, "buffers");

    private final String title;
    private final int process;
    private final String unit;

    /** Makes a kind, with the unit of its counters; the unit is empty if there are none. */
    Kind(String title, int process, String unit) {
      this.title = title;
      this.process = process;
      this.unit = unit;
    }

    String unit() {
      return unit;
    }

    void writeName(JsonWriter json) throws IOException {
      json.object().member("ph", "M").member("name", "process_name").member("pid", process);
      json.member("tid", 0).name("args").object().member("name", title).endObject().endObject();
    }
  }

  private static final int MAX_ROWS = 1000;

  private final Kind kind;
  private final int number;
  private final String name;

  /** The time when the last slice of each row ends. */
  private final List<Long> ends = new ArrayList<>(List.of(0L));

  TraceLane(Kind kind, int number, String name) {
    this.kind = kind;
    this.number = number;
    this.name = name;
  }

  Kind kind() {
    return kind;
  }

  int process() {
    return kind.process;
  }

  int thread(int row) {
    return number * MAX_ROWS + row + 1;
  }

  /** A slice of a step that has taken the given time until now. */
  TraceEvent slice(String what, long end, Duration took, Map<String, String> details) {
    long at = Math.max(0, end - Nanos.of(took));
    int row = 0;
    while (row < ends.size() && ends.get(row) > at) {
      row++;
    }
    if (row == ends.size() && row < MAX_ROWS) {
      ends.add(end);
    } else {
      row = Math.min(row, MAX_ROWS - 1); // The last row takes the rest; they overlap.
      ends.set(row, end);
    }
    return TraceEvent.slice(what, at, end - at, this, row, details);
  }

  TraceEvent instant(String what, long at, Map<String, String> details) {
    return new TraceEvent(TraceEvent.Phase.INSTANT, what, at, 0, this, 0, 0, details);
  }

  TraceEvent counter(long at, long value) {
    return new TraceEvent(TraceEvent.Phase.COUNTER, name, at, 0, this, 0, value, Map.of());
  }

  /** The rows that the lane has now. */
  Rows rows() {
    return new Rows(this, ends.size());
  }

  /**
   * The rows of a lane at one moment.
   *
   * @param lane the lane, of which only what never changes is read
   * @param count how many rows it had
   */
  record Rows(TraceLane lane, int count) {
    void writeNames(JsonWriter json) throws IOException {
      for (int row = 0; row < count; row++) {
        String shown = row == 0 ? lane.name : lane.name + " (" + (row + 1) + ")";
        int process = lane.process();
        int thread = lane.thread(row);
        json.object().member("ph", "M").member("name", "thread_name").member("pid", process);
        json.member("tid", thread).name("args").object().member("name", shown).endObject();
        json.endObject();
        json.object().member("ph", "M").member("name", "thread_sort_index");
        json.member("pid", process).member("tid", thread).name("args").object();
        json.member("sort_index", thread).endObject().endObject();
      }
    }
  }
}
