package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Collects a trace. Thread-safe: operations stand in the order in which they were noted. */
final class TraceRecorder {
  private final List<TraceHeap> heaps;
  private final long deadlineMicros;
  private final LongSupplier clockMicros;
  private final List<Operation> operations = new ArrayList<>();
  private final Set<String> buffers = new HashSet<>();
  private int mappings;
  private long lastMicros;

  /**
   * An empty trace.
   *
   * @param clockMicros what the time is, since the trace began
   */
  TraceRecorder(List<TraceHeap> heaps, long deadlineMicros, LongSupplier clockMicros) {
    this.heaps = List.copyOf(heaps);
    this.deadlineMicros = deadlineMicros;
    this.clockMicros = clockMicros;
  }

  /** What there is so far; a map that has not ended counts as failed. */
  synchronized Trace trace() {
    return new Trace(heaps, deadlineMicros, Costs.USUAL, operations);
  }

  /**
   * Whether a trace can say what a device declares.
   *
   * @throws IllegalArgumentException if not
   */
  static void check(DeviceSpec spec) {
    checkName(spec.name());
    if (spec.alternatives().size() > 1 || spec.isDispensable()) {
      throw new IllegalArgumentException(
          "a trace cannot say that " + spec.name() + " has alternatives or is dispensable");
    }
    String unused = ConstraintsText.format(spec.constraints());
  }

  void register(DeviceSpec spec) {
    check(spec);
    add(
        now ->
            new Operation.Register(
                now, spec.name(), spec.access(), spec.longestHold(), spec.constraints()));
  }

  /** The buffer's id: its name, with a number if that was there before. */
  synchronized String export(String name, BufferSpec spec) {
    String id = name;
    for (int i = 2; !buffers.add(id); i++) {
      id = name + "~" + i;
    }
    String buffer = id;
    add(now -> new Operation.Export(now, buffer, spec));
    return buffer;
  }

  void attach(String buffer, String device) {
    add(now -> new Operation.Attach(now, buffer, device));
  }

  void detach(String buffer, String device) {
    add(now -> new Operation.Detach(now, buffer, device));
  }

  void close(String buffer) {
    add(now -> new Operation.Close(now, buffer));
  }

  /** A map has begun. */
  synchronized PendingMap map(String buffer, String device, Access access) {
    String mapping = "m" + ++mappings;
    int index = operations.size();
    add(now -> new Operation.Map(now, mapping, buffer, device, access, /* granted= */ false, 0));
    return new PendingMap(index, mapping);
  }

  /**
   * Whether a trace can say a name.
   *
   * @throws IllegalArgumentException if not
   */
  static void checkName(String name) {
    if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
      throw new IllegalArgumentException("a trace's names have no blanks, unlike '" + name + "'");
    }
  }

  private synchronized void add(LongFunction<Operation> operation) {
    operations.add(operation.apply(now()));
  }

  /** A clock that is set back stands still for a trace. */
  private synchronized long now() {
    lastMicros = Math.max(lastMicros, clockMicros.getAsLong());
    return lastMicros;
  }

  /** A map whose end is to be noted. */
  final class PendingMap {
    private final int index;
    private final String mapping;

    private PendingMap(int index, String mapping) {
      this.index = index;
      this.mapping = mapping;
    }

    void ended(boolean granted) {
      synchronized (TraceRecorder.this) {
        Operation.Map map = (Operation.Map) operations.get(index);
        operations.set(index, map.ended(granted, now() - map.micros()));
      }
    }

    void unmapped() {
      add(now -> new Operation.Unmap(now, mapping));
    }
  }
}
