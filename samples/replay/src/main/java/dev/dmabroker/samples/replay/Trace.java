package dev.dmabroker.samples.replay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the users of a broker did, and when. README.md has the format.
 *
 * @param heaps the heaps that it needs, in the broker's order
 * @param deadlineMicros how long a map goes on that the trace never unmaps: about a frame
 * @param costs what things take while it is played
 * @param operations in the order of their times
 */
record Trace(List<TraceHeap> heaps, long deadlineMicros, Costs costs, List<Operation> operations) {

  /** Copies the lists. */
  Trace {
    heaps = List.copyOf(heaps);
    operations = List.copyOf(operations);
  }

  /**
   * Reads a trace.
   *
   * @throws TraceException if it is none; it names the line
   */
  static Trace parse(String text) throws TraceException {
    return new TraceParser().parse(text);
  }

  /**
   * Reads the trace of a file, or one of those that are shipped.
   *
   * @throws IOException if there is no such file
   */
  static Trace load(String name) throws IOException, TraceException {
    if (Scenarios.names().contains(name)) {
      try (InputStream in = Trace.class.getResourceAsStream(name + ".trace")) {
        if (in == null) {
          throw new IOException("the trace of " + name + " is missing in this build");
        }
        return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return parse(Files.readString(Path.of(name)));
  }

  /** What {@link #parse} reads. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(TraceParser.MAGIC).append(' ').append(TraceParser.VERSION).append('\n');
    heaps.forEach(heap -> text.append(heap.text()).append('\n'));
    text.append("deadline ").append(deadlineMicros).append('\n');
    text.append(costs.text()).append('\n');
    operations.forEach(each -> text.append(each.line()));
    return text.toString();
  }

  /** Returns the trace with other costs. */
  Trace with(Costs others) {
    return new Trace(heaps, deadlineMicros, others, operations);
  }

  /** From the first moment to the last operation. */
  long durationMicros() {
    return operations.isEmpty() ? 0 : operations.get(operations.size() - 1).micros();
  }

  /** How many operations are of a kind. */
  long count(Class<? extends Operation> kind) {
    return operations.stream().filter(kind::isInstance).count();
  }

  /** In a line, for a person to read. */
  String summary() {
    return "%.1f s, %d buffers, %d maps, heaps %s"
        .formatted(
            durationMicros() / 1e6,
            count(Operation.Export.class),
            count(Operation.Map.class),
            heaps.stream()
                .map(heap -> heap.text().substring("heap ".length()))
                .collect(Collectors.joining(" and ")));
  }
}
