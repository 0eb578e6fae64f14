package dev.dmabroker.metrics;

import java.io.IOException;
import java.util.Map;

/**
 * One event of the Chrome trace-event format, where lanes are the threads of processes.
 *
 * @param phase the kind of event
 * @param name the text that is shown
 * @param atNanos when it begins
 * @param lengthNanos how long it takes
 * @param lane the lane in which it is shown
 * @param row which of the lane's rows
 * @param number a counter's value, or an arrow's number
 * @param details further text, shown when the user clicks on the event
 */
record TraceEvent(
    Phase phase,
    String name,
    long atNanos,
    long lengthNanos,
    TraceLane lane,
    int row,
    long number,
    Map<String, String> details) {

  /** The kinds of events, with the format's letters. */
  enum Phase {
    SLICE("X"),
    INSTANT("i"),
    COUNTER("C"),
    ARROW_FROM("s"),
    ARROW_TO("f");

    private final String letter;

    Phase(String letter) {
      this.letter = letter;
    }
  }

  static TraceEvent slice(
      String name, long at, long length, TraceLane lane, int row, Map<String, String> details) {
    return new TraceEvent(Phase.SLICE, name, at, length, lane, row, 0, details);
  }

  /** Makes an event within this one. */
  TraceEvent part(String name, long at, long length) {
    return slice(name, at, length, lane, row, Map.of());
  }

  /** Makes one end of an arrow, within this slice. */
  TraceEvent arrow(Phase end, long at, int number) {
    return new TraceEvent(end, "moved", at, 0, lane, row, number, Map.of());
  }

  long endNanos() {
    return atNanos + lengthNanos;
  }

  /** The buffer that the event concerns; empty if it concerns none. */
  String buffer() {
    return details.getOrDefault("buffer", "");
  }

  /**
   * Whether this is a slice of a lane of the given kind that concerns a buffer, and is not part of
   * another slice.
   */
  boolean concernsBuffer(TraceLane.Kind kind) {
    return phase == Phase.SLICE && lane.kind() == kind && details.containsKey("buffer");
  }

  void write(JsonWriter json) throws IOException {
    json.object().member("ph", phase.letter).member("name", name);
    json.member("cat", "dmabroker").member("pid", lane.process());
    json.member("tid", lane.thread(row));
    json.name("ts").micros(atNanos);
    switch (phase) {
      case SLICE -> json.name("dur").micros(lengthNanos);
      case INSTANT -> json.member("s", "t");
      case ARROW_FROM -> json.member("id", number);
      case ARROW_TO -> json.member("id", number).member("bp", "e"); // The arrow ends at its slice.
      case COUNTER -> json.name("args").object().member(lane.kind().unit(), number).endObject();
    }
    if (!details.isEmpty()) {
      json.name("args").object();
      for (Map.Entry<String, String> detail : details.entrySet()) {
        json.member(detail.getKey(), detail.getValue());
      }
      json.endObject();
    }
    json.endObject();
  }
}
