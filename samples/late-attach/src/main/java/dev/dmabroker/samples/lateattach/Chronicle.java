package dev.dmabroker.samples.lateattach;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.MemoryAllocated;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Keeps which stage had which buffer when, and where the buffers lay: what {@link Picture} draws.
 * The broker calls it in place, so that its times are right. Thread-safe.
 */
final class Chronicle implements BrokerListener {

  /** The stages of the pipeline, named as their devices are. */
  enum Stage {
    CAMERA(0),
    VIEWER(1),
    DISPLAY(2);

    /** The row of its bars in a buffer's lane. */
    final int row;

    Stage(int row) {
      this.row = row;
    }

    String device() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A stage and the buffer that it has. */
  private record Held(Stage stage, int buffer) {}

  /** A time during which a stage had a buffer mapped. */
  record Use(Stage stage, int buffer, long fromNanos, long toNanos) {}

  /** The time from which on a buffer lay in a heap. */
  record Place(String heap, long sinceNanos) {}

  /** A move: maps that write waited from {@code stallNanos} to {@code endNanos}. */
  record Move(int buffer, long startNanos, long stallNanos, long endNanos) {}

  private final LongSupplier nanos;

  // Guarded by this.
  private final Map<Held, Long> begun = new HashMap<>();
  private final List<Use> uses = new ArrayList<>();
  private final Map<Integer, List<Place>> places = new HashMap<>();
  private final List<Move> moves = new ArrayList<>();
  private OptionalLong displayCame = OptionalLong.empty();

  Chronicle() {
    this(System::nanoTime);
  }

  Chronicle(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** The stage has the buffer from now on. */
  synchronized void begin(Stage stage, int buffer) {
    begun.put(new Held(stage, buffer), nanos.getAsLong());
  }

  /** The stage has given the buffer back. */
  synchronized void end(Stage stage, int buffer) {
    Long from = begun.remove(new Held(stage, buffer));
    if (from != null) {
      uses.add(new Use(stage, buffer, from, nanos.getAsLong()));
    }
  }

  @Override
  public synchronized void attached(DeviceAttached event) {
    if (event.device().device().equals(Stage.DISPLAY.device()) && displayCame.isEmpty()) {
      displayCame = OptionalLong.of(nanos.getAsLong());
    }
  }

  @Override
  public synchronized void allocated(MemoryAllocated event) {
    lies(index(event.buffer()), event.heap(), nanos.getAsLong());
  }

  @Override
  public synchronized void moved(BufferMove event) {
    long end = nanos.getAsLong();
    long stall = end - event.stall().toNanos();
    int buffer = index(event.buffer());
    moves.add(new Move(buffer, stall - event.prepare().toNanos(), stall, end));
    event.to().ifPresent(heap -> lies(buffer, heap, end));
  }

  private void lies(int buffer, String heap, long since) {
    places.computeIfAbsent(buffer, it -> new ArrayList<>()).add(new Place(heap, since));
  }

  /** The buffers of the pipeline are called frame-1 and so on. */
  private static int index(String buffer) {
    return Integer.parseInt(buffer.substring(buffer.lastIndexOf('-') + 1)) - 1;
  }

  synchronized List<Use> uses() {
    return List.copyOf(uses);
  }

  /** The heaps in which the buffer has lain, in the order of time. */
  synchronized List<Place> places(int buffer) {
    return List.copyOf(places.getOrDefault(buffer, List.of()));
  }

  synchronized List<Move> moves() {
    return List.copyOf(moves);
  }

  /** When the display attached to its first buffer. */
  synchronized OptionalLong displayCame() {
    return displayCame;
  }
}
