package dev.dmabroker.metrics;

import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.AttachRefused;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.event.StreamResized;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Keeps what a broker does, and writes it in the Chrome trace-event format, which Perfetto and
 * chrome://tracing open. The trace has a lane for each device with its attaches and the stalls of
 * its maps, a lane for each buffer with its allocations and moves and their parts, arrows from a
 * move to the maps that waited for it, and, as counters, the bytes that lie in each heap and the
 * buffers of each stream. Buffers are told apart by name. {@code docs/trace.md} shows an example.
 *
 * <p>Give it to {@link dev.dmabroker.BrokerBuilder#listener(dev.dmabroker.event.BrokerListener,
 * dev.dmabroker.event.Delivery)} to be called {@linkplain dev.dmabroker.event.Delivery#IN_PLACE in
 * place}: it dates an event when it is told, and keeping one takes it microseconds. Told from a
 * queue it dates events late, by as long as they waited. Thread-safe. An event takes a few hundred
 * bytes; after {@link #MAX_EVENTS} events no more are kept.
 */
public final class TraceExport implements BrokerListener {
  /** The most events that are kept. */
  public static final int MAX_EVENTS = 1_000_000;

  private final LongSupplier nanos;
  private final long startNanos;

  // Guarded by this.
  private final Map<TraceLane.Kind, Map<String, TraceLane>> lanes =
      new EnumMap<>(TraceLane.Kind.class);
  private final Map<String, Long> heapBytes = new HashMap<>();
  private final List<TraceEvent> events = new ArrayList<>();
  private long left;

  /** Makes a listener with an empty trace. The trace's time begins now. */
  public TraceExport() {
    this(System::nanoTime);
  }

  TraceExport(LongSupplier nanos) {
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
  }

  private long now() {
    return nanos.getAsLong() - startNanos;
  }

  private TraceLane lane(TraceLane.Kind kind, String name) {
    Map<String, TraceLane> ofKind = lanes.computeIfAbsent(kind, it -> new LinkedHashMap<>());
    return ofKind.computeIfAbsent(name, it -> new TraceLane(kind, ofKind.size(), it));
  }

  private TraceLane device(String name) {
    return lane(TraceLane.Kind.DEVICE, name);
  }

  private TraceLane buffer(String name) {
    return lane(TraceLane.Kind.BUFFER, name);
  }

  /** Whether no more events are kept; the event that is left out is counted. */
  private boolean isFull() {
    if (events.size() < MAX_EVENTS) {
      return false;
    }
    left++;
    return true;
  }

  /** Adds bytes to a heap's counter. */
  private void put(String heap, long bytes, long at) {
    events.add(
        lane(TraceLane.Kind.HEAP, heap).counter(at, heapBytes.merge(heap, bytes, Long::sum)));
  }

  // ---- What happens ----

  @Override
  public synchronized void attached(DeviceAttached event) {
    if (!isFull()) {
      long at = now();
      String device = event.device().device();
      Map<String, String> details = Map.of("buffer", event.buffer(), "device", device);
      events.add(device(device).instant("attach to " + event.buffer(), at, details));
      events.add(buffer(event.buffer()).instant(device + " attaches", at, details));
    }
  }

  @Override
  public synchronized void allocated(MemoryAllocated event) {
    if (isFull()) {
      return;
    }
    long end = now();
    events.add(
        buffer(event.buffer())
            .slice("allocate in " + event.heap(), end, event.took(), Map.of("heap", event.heap())));
    put(event.heap(), event.sizeBytes(), end);
  }

  @Override
  public synchronized void released(MemoryReleased event) {
    if (!isFull()) {
      put(event.heap(), -event.sizeBytes(), now());
    }
  }

  @Override
  public synchronized void stalled(MapStalled event) {
    if (!isFull()) {
      events.add(
          device(event.device())
              .slice(
                  (event.granted() ? "wait for " : "wait in vain for ") + event.buffer(),
                  now(),
                  event.waited(),
                  Map.of("buffer", event.buffer())));
    }
  }

  @Override
  public synchronized void moved(BufferMove event) {
    if (isFull()) {
      return;
    }
    long end = now();
    move(event, end, event.from() + " to " + event.to().orElse("?"));
    event.to().ifPresent(heap -> put(heap, event.placedBytes(), end));
  }

  @Override
  public synchronized void moveRolledBack(BufferMove event) {
    if (!isFull()) {
      move(event, now(), "rolled back: " + event.from() + " to " + event.to().orElse("?"));
    }
  }

  /**
   * Keeps the move, and within it its parts: preparing, then the stall with drain and copy in it.
   */
  private void move(BufferMove event, long end, String name) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("buffer", event.buffer());
    details.put("cause", event.cause().name());
    details.put("for", event.beneficiary());
    details.put("copiedBytes", Long.toString(event.copiedBytes()));
    event.failure().ifPresent(failure -> details.put("failure", failure));
    TraceLane lane = buffer(event.buffer());
    TraceEvent whole = lane.slice(name, end, event.prepare().plus(event.stall()), details);
    events.add(whole);
    long stall = Math.max(whole.atNanos(), end - Nanos.of(event.stall()));
    part(whole, "prepare", whole.atNanos(), event.prepare());
    part(whole, "stall", stall, event.stall());
    part(whole, "drain", stall, event.drain());
    part(whole, "copy", end - Nanos.of(event.copy()), event.copy());
  }

  private void part(TraceEvent whole, String name, long at, Duration took) {
    long from = Math.max(at, whole.atNanos());
    long length = Math.min(Nanos.of(took), whole.endNanos() - from);
    if (length > 0) {
      events.add(whole.part(name, from, length));
    }
  }

  @Override
  public synchronized void streamResized(StreamResized event) {
    if (!isFull()) {
      events.add(lane(TraceLane.Kind.STREAM, event.stream()).counter(now(), event.after()));
    }
  }

  @Override
  public synchronized void heapRefused(HeapRefusal event) {
    if (!isFull()) {
      events.add(
          buffer(event.buffer())
              .instant(event.heap() + " refused", now(), Map.of("reason", event.reason())));
    }
  }

  @Override
  public synchronized void refused(AttachRefused event) {
    if (!isFull()) {
      String reason = String.valueOf(event.explanation().getMessage());
      events.add(
          device(event.device())
              .instant("no place in " + event.buffer(), now(), Map.of("reason", reason)));
    }
  }

  @Override
  public synchronized void leaked(LeakFound event) {
    if (!isFull()) {
      String kind = event.kind().name();
      events.add(buffer(event.buffer()).instant("leak", now(), Map.of("kind", kind)));
    }
  }

  @Override
  public synchronized void accessViolated(AccessViolation event) {
    if (!isFull()) {
      Map<String, String> details =
          Map.of("kind", event.kind().name(), "device", event.device(), "found", event.found());
      events.add(buffer(event.buffer()).instant("access violated", now(), details));
    }
  }

  // ---- Writing ----

  /**
   * Writes the events that have been kept, in the order of time. Blocks as the writer does.
   *
   * @param out is flushed, and not closed
   * @throws IOException if the writer throws
   */
  public void write(Writer out) throws IOException {
    JsonWriter json = new JsonWriter(out, 2);
    List<TraceEvent> all;
    List<TraceLane.Rows> rows = new ArrayList<>();
    long dropped;
    synchronized (this) { // Nothing is written meanwhile, as events may be told in place.
      all = new ArrayList<>(events);
      dropped = left;
      lanes.values().forEach(ofKind -> ofKind.values().forEach(lane -> rows.add(lane.rows())));
    }
    json.object().member("displayTimeUnit", "ms").name("traceEvents").array();
    TraceLane.Kind before = null;
    for (TraceLane.Rows each : rows) {
      if (each.lane().kind() != before) {
        before = each.lane().kind();
        before.writeName(json);
      }
      each.writeNames(json);
    }
    all.addAll(arrows(all));
    all.sort(
        Comparator.comparingLong(TraceEvent::atNanos)
            .thenComparing(Comparator.comparingLong(TraceEvent::lengthNanos).reversed()));
    for (TraceEvent event : all) {
      event.write(json);
    }
    json.endArray().name("otherData").object().member("eventsNotKept", dropped).endObject();
    json.endObject().end();
  }

  /** Arrows from each move to the maps that waited for its buffer meanwhile. */
  private static List<TraceEvent> arrows(List<TraceEvent> events) {
    Map<String, List<TraceEvent>> stalls =
        events.stream()
            .filter(event -> event.concernsBuffer(TraceLane.Kind.DEVICE))
            .collect(Collectors.groupingBy(TraceEvent::buffer));
    List<TraceEvent> arrows = new ArrayList<>();
    for (TraceEvent move : events) {
      if (!move.concernsBuffer(TraceLane.Kind.BUFFER)) {
        continue;
      }
      for (TraceEvent stall : stalls.getOrDefault(move.buffer(), List.of())) {
        long both = Math.max(move.atNanos(), stall.atNanos());
        if (both < Math.min(move.endNanos(), stall.endNanos())) {
          int number = arrows.size() / 2 + 1;
          arrows.add(move.arrow(TraceEvent.Phase.ARROW_FROM, both, number));
          arrows.add(stall.arrow(TraceEvent.Phase.ARROW_TO, both, number));
        }
      }
    }
    return arrows;
  }
}
