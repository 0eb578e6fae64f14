package dev.dmabroker.metrics;

import dev.dmabroker.Broker;
import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.Allocation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.Move;
import dev.dmabroker.event.Stall;
import dev.dmabroker.spi.HeapException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one broker in one registry. All are registered at once, for a broker's heaps do not
 * change: what has not happened yet reads zero, and an event finds its meter without asking the
 * registry.
 *
 * <p>Gauges refer to the snapshot weakly, and the broker to this listener: when nobody uses the
 * broker any more, a registry that lives on does not keep it.
 */
final class Meters implements BrokerListener {
  private static final String DONE = "done";
  private static final String ROLLED_BACK = "rolled_back";

  private final MeterRegistry registry;
  private final Tags tags;
  private final RecentSnapshot snapshot;
  private final List<Meter> registered = new ArrayList<>();
  private final Map<String, HeapMeters> heaps = new HashMap<>();
  private final MoveMeters movesDone;
  private final MoveMeters movesRolledBack;
  private final Counter copied;
  private final Timer drain;
  private final Timer copy;
  private final Timer mapsGranted;
  private final Timer mapsFailed;
  private final AutoCloseable listening;

  private record HeapMeters(
      Counter given, Counter refused, Map<HeapException.Kind, Counter> refusals) {}

  private record MoveMeters(Counter moves, Timer stall) {}

  Meters(Broker broker, MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    this.snapshot = new RecentSnapshot(broker::snapshot, registry.config().clock());
    broker.snapshot().heaps().forEach(heap -> heaps.put(heap.name(), heapMeters(heap.name())));
    for (SharedBuffer.State state : SharedBuffer.State.values()) {
      if (state != SharedBuffer.State.RELEASED) { // Those are gone, and in no snapshot.
        gauge("dmabuf.buffers", Tags.of("state", inWords(state)), "buffers", now -> in(now, state));
      }
    }
    gauge("dmabuf.mappings", Tags.empty(), "mappings", Meters::mappings);
    gauge("dmabuf.maps.waiting", Tags.empty(), "maps", Meters::waiting);
    movesDone = moveMeters(DONE);
    movesRolledBack = moveMeters(ROLLED_BACK);
    copied = counter("dmabuf.moves.copied", Tags.empty(), BaseUnits.BYTES);
    drain = timer("dmabuf.move.drain", Tags.empty());
    copy = timer("dmabuf.move.copy", Tags.empty());
    mapsGranted = timer("dmabuf.map.stall", Tags.of("result", "granted"));
    mapsFailed = timer("dmabuf.map.stall", Tags.of("result", "failed"));
    listening = broker.listen(this);
  }

  // ---- Registering ----

  private HeapMeters heapMeters(String name) {
    Tags heap = Tags.of("heap", name);
    gauge(
        "dmabuf.heap.used",
        heap,
        BaseUnits.BYTES,
        now -> heap(now, name).map(HeapState::usedBytes).orElse(0L));
    gauge(
        "dmabuf.heap.backings",
        heap,
        "backings",
        now -> heap(now, name).map(HeapState::backings).orElse(0));
    Map<HeapException.Kind, Counter> refusals = new EnumMap<>(HeapException.Kind.class);
    for (HeapException.Kind kind : HeapException.Kind.values()) {
      Tags kinds = heap.and("kind", inWords(kind));
      refusals.put(kind, counter("dmabuf.heap.refusals", kinds, "refusals"));
    }
    return new HeapMeters(
        counter("dmabuf.allocations", heap.and("result", DONE), "allocations"),
        counter("dmabuf.allocations", heap.and("result", "refused"), "allocations"),
        refusals);
  }

  private MoveMeters moveMeters(String result) {
    Tags results = Tags.of("result", result);
    return new MoveMeters(
        counter("dmabuf.moves", results, "moves"), timer("dmabuf.move.stall", results));
  }

  private void gauge(String name, Tags own, String unit, ToDoubleFunction<BrokerSnapshot> value) {
    registered.add(
        Gauge.builder(name, snapshot, recent -> value.applyAsDouble(recent.get()))
            .tags(tags.and(own))
            .baseUnit(unit)
            .register(registry));
  }

  private Counter counter(String name, Tags own, String unit) {
    Counter counter = Counter.builder(name).tags(tags.and(own)).baseUnit(unit).register(registry);
    registered.add(counter);
    return counter;
  }

  private Timer timer(String name, Tags own) {
    Timer timer = Timer.builder(name).tags(tags.and(own)).register(registry);
    registered.add(timer);
    return timer;
  }

  private static String inWords(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Ends the events, and takes the meters out of the registry. */
  void close() {
    try {
      listening.close();
    } catch (Exception e) {
      throw new IllegalStateException("the broker refused to end its events", e);
    }
    registered.forEach(registry::remove);
  }

  // ---- Reading a snapshot ----

  private static Optional<HeapState> heap(BrokerSnapshot now, String name) {
    return now.heaps().stream().filter(heap -> heap.name().equals(name)).findFirst();
  }

  private static double in(BrokerSnapshot now, SharedBuffer.State state) {
    return now.buffers().stream().filter(buffer -> buffer.state() == state).count();
  }

  private static double mappings(BrokerSnapshot now) {
    return now.buffers().stream().map(BufferState::holders).mapToInt(List<Holder>::size).sum();
  }

  private static double waiting(BrokerSnapshot now) {
    return now.buffers().stream().mapToInt(BufferState::waiting).sum();
  }

  // ---- What happens ----

  @Override
  public void allocated(Allocation event) {
    given(event.heap());
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    HeapMeters heap = heaps.get(event.heap());
    if (heap != null) {
      heap.refused().increment();
      Optional.ofNullable(heap.refusals().get(event.kind())).ifPresent(Counter::increment);
    }
  }

  @Override
  public void moved(Move event) {
    copied.increment((double) event.copiedBytes());
    record(movesDone, event);
  }

  @Override
  public void moveRolledBack(Move event) {
    record(movesRolledBack, event);
  }

  @Override
  public void stalled(Stall event) {
    (event.granted() ? mapsGranted : mapsFailed).record(event.waited());
  }

  private void record(MoveMeters meters, Move move) {
    meters.moves().increment();
    move.to().ifPresent(this::given);
    if (!move.stall().equals(Duration.ZERO)) { // Not if it ended while memory was sought.
      meters.stall().record(move.stall());
      drain.record(move.drain());
    }
    if (move.copiedBytes() > 0) {
      copy.record(move.copy());
    }
  }

  private void given(String name) {
    HeapMeters heap = heaps.get(name);
    if (heap != null) {
      heap.given().increment();
    }
  }
}
