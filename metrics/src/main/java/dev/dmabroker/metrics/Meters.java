package dev.dmabroker.metrics;

import dev.dmabroker.Broker;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.AttachRefused;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BudgetState;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.FenceFailure;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.event.LeaseReturned;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.MemoryPressure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one broker in one registry. All but those of heaps and streams, which come and go,
 * are registered at once: events that have not happened yet read zero, and an event finds its meter
 * without asking the registry.
 *
 * <p>The broker tells events on a thread of this listener's own, so a registry that takes its time
 * holds up no pipeline. Counters and timers miss what the broker drops meanwhile, and a further
 * counter says how much that was.
 *
 * <p>Gauges refer to the census weakly, and the broker refers to this listener: when the
 * application has dropped the broker, a registry that lives on does not keep it.
 */
final class Meters implements BrokerListener {
  private static final String DONE = "done";
  private static final String ROLLED_BACK = "rolled_back";

  private final RecentCensus census;
  private final Registration registration;
  private final ComingMeters<Registration> streams;
  private final ComingMeters<HeapMeters> heaps;
  private final MoveMeters movesDone;
  private final MoveMeters movesRolledBack;
  private final Counter copied;
  private final Timer allocation;
  private final Timer prepare;
  private final Timer drain;
  private final Timer copy;
  private final Timer mapsGranted;
  private final Timer mapsFailed;
  private final Counter attached;
  private final Counter refused;
  private final Counter fencesFailed;
  private final Map<LeaseRecalled.Cause, Counter> recalls =
      new EnumMap<>(LeaseRecalled.Cause.class);
  private final Timer recall;
  private final Map<LeakFound.Kind, Counter> leaks = new EnumMap<>(LeakFound.Kind.class);
  private final Map<AccessViolation.Kind, Counter> violations =
      new EnumMap<>(AccessViolation.Kind.class);
  private final Subscription listening;

  /** The meters of moves with one result. */
  private record MoveMeters(Map<BufferMove.Cause, Counter> moves, Timer stall) {
    static MoveMeters of(Registration meters, String result) {
      Tags results = Tags.of("result", result);
      Map<BufferMove.Cause, Counter> moves = new EnumMap<>(BufferMove.Cause.class);
      for (BufferMove.Cause cause : BufferMove.Cause.values()) {
        Tags causes = results.and("cause", inWords(cause));
        moves.put(cause, meters.counter(MeterName.MOVES, causes));
      }
      return new MoveMeters(moves, meters.stallTimer(MeterName.MOVE_STALL, results));
    }
  }

  /** Registers the meters, and listens to the broker from now on. */
  Meters(Broker broker, MeterRegistry registry, Tags tags) {
    census = new RecentCensus(broker::snapshot, registry.config().clock());
    registration = new Registration(registry, tags, census);
    Supplier<Registration> more = () -> new Registration(registry, tags, census);
    streams = new ComingMeters<>(more, now -> now.streams().owners(), StreamMeters::register);
    heaps =
        new ComingMeters<>(
            more,
            Census::heapTags,
            (meters, heap) -> new HeapMeters(meters, heap.iterator().next().getValue()));
    BrokerSnapshot first = broker.snapshot();
    HeapMeters.withoutHeap(registration);
    first.budgets().forEach(budget -> registerBudget(budget.name()));
    registerGauges();
    allocation = registration.stallTimer(MeterName.ALLOCATION, Tags.empty());
    movesDone = MoveMeters.of(registration, DONE);
    movesRolledBack = MoveMeters.of(registration, ROLLED_BACK);
    copied = registration.counter(MeterName.MOVES_COPIED, Tags.empty());
    prepare = registration.timer(MeterName.MOVE_PREPARE, Tags.empty());
    drain = registration.stallTimer(MeterName.MOVE_DRAIN, Tags.empty());
    copy = registration.stallTimer(MeterName.MOVE_COPY, Tags.empty());
    mapsGranted = registration.stallTimer(MeterName.MAP_STALL, Tags.of("result", "granted"));
    mapsFailed = registration.stallTimer(MeterName.MAP_STALL, Tags.of("result", "failed"));
    attached = registration.counter(MeterName.ATTACHES, Tags.of("result", DONE));
    refused = registration.counter(MeterName.ATTACHES, Tags.of("result", "refused"));
    fencesFailed = registration.counter(MeterName.FENCES_FAILED, Tags.empty());
    recall = registration.stallTimer(MeterName.LEASE_RECALL, Tags.empty());
    for (LeaseRecalled.Cause cause : LeaseRecalled.Cause.values()) {
      Tags causes = Tags.of("cause", inWords(cause));
      recalls.put(cause, registration.counter(MeterName.LEASE_RECALLS, causes));
    }
    for (LeakFound.Kind kind : LeakFound.Kind.values()) {
      Tags kinds = Tags.of("kind", inWords(kind));
      leaks.put(kind, registration.counter(MeterName.LEAKS, kinds));
    }
    for (AccessViolation.Kind kind : AccessViolation.Kind.values()) {
      Tags kinds = Tags.of("kind", inWords(kind));
      violations.put(kind, registration.counter(MeterName.ACCESS_VIOLATIONS, kinds));
    }
    census.follow(
        now -> {
          heaps.follow(now);
          streams.follow(now);
        });
    listening = broker.listen(this);
    census.renew(); // This census registers the meters of heaps and streams that exist already.
  }

  private void registerGauges() {
    registration.counted(MeterName.MAPS, Tags.empty(), Census::maps);
    registration.counted(MeterName.EVENTS_DROPPED, Tags.empty(), Census::droppedEvents);
    registration.gauge(MeterName.MAPS_WAITING, Tags.empty(), Census::waiting);
    registration.gauge(MeterName.MAPPINGS, Tags.empty(), Census::mappings);
    registration.gauge(MeterName.MAPPINGS_OVERDUE, Tags.empty(), Census::overdue);
    registration.nanos(MeterName.MAPPINGS_OLDEST, Tags.empty(), Census::oldestNanos);
    registration.gauge(MeterName.LEASES, Tags.empty(), Census::leases);
    registration.gauge(MeterName.BUFFERS_PINNED, Tags.empty(), Census::pinned);
    for (HeapProvider.Closed.Kind kind : HeapProvider.Closed.Kind.values()) {
      registration.gauge(
          MeterName.HEAPS_CLOSED, Tags.of("kind", inWords(kind)), now -> now.closedHeaps(kind));
    }
    for (MemoryPressure.Scope scope : MemoryPressure.Scope.values()) {
      Tags tag = Tags.of("scope", inWords(scope));
      registration.gauge(
          MeterName.MEMORY_PRESSURE,
          tag.and("waiting", "some"),
          now -> now.memoryPressure(scope, MemoryPressure::some));
      registration.gauge(
          MeterName.MEMORY_PRESSURE,
          tag.and("waiting", "all"),
          now -> now.memoryPressure(scope, MemoryPressure::full));
    }
    registration.gauge(MeterName.FENCES_PENDING, Tags.empty(), Census::pendingFences);
  }

  private void registerBudget(String name) {
    Tags tag = Tags.of("budget", name);
    registration.gauge(
        MeterName.BUDGET_LIMIT, tag, now -> now.budget(name, BudgetState::limitBytes));
    registration.gauge(
        MeterName.BUDGET_RESERVED, tag, now -> now.budget(name, BudgetState::reservedBytes));
  }

  /** The value of an enum as a tag's value. */
  static String inWords(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Ends the events, and takes the meters out of the registry. */
  void close() {
    listening.close();
    streams.close();
    heaps.close();
    registration.removeAll();
  }

  // ---- What happens ----

  @Override
  public void attached(DeviceAttached event) {
    attached.increment();
  }

  @Override
  public void refused(AttachRefused event) {
    refused.increment();
  }

  @Override
  public void allocated(MemoryAllocated event) {
    allocation.record(event.took());
    gave(event.heap());
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    HeapMeters heap = heaps.get(HeapMeters.tags(event.heap()));
    if (heap != null) {
      heap.refused(event);
    }
  }

  @Override
  public void moved(BufferMove event) {
    copied.increment((double) event.copiedBytes());
    record(movesDone, event);
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    record(movesRolledBack, event);
  }

  @Override
  public void stalled(MapStalled event) {
    (event.granted() ? mapsGranted : mapsFailed).record(event.waited());
  }

  @Override
  public void fenceFailed(FenceFailure event) {
    fencesFailed.increment();
  }

  @Override
  public void leaseRecalled(LeaseRecalled event) {
    increment(recalls.get(event.cause()));
  }

  @Override
  public void leaseReturned(LeaseReturned event) {
    recall.record(event.took());
  }

  /** Gives a stream or a consumer that has come its meters, before anything is read. */
  @Override
  public void streamChanged(StreamChanged event) {
    census.renew();
  }

  /** Gives a heap that has joined its meters, before anything is read. */
  @Override
  public void heapsChanged(HeapsChanged event) {
    census.renew();
  }

  @Override
  public void leaked(LeakFound event) {
    increment(leaks.get(event.kind()));
  }

  @Override
  public void accessViolated(AccessViolation event) {
    increment(violations.get(event.kind()));
  }

  /** Records the times of a move and counts it by its cause. */
  private void record(MoveMeters meters, BufferMove move) {
    increment(meters.moves().get(move.cause()));
    prepare.record(move.prepare());
    move.to().ifPresent(this::gave);
    if (!move.stall().equals(Duration.ZERO)) { // A move may end before its stall.
      meters.stall().record(move.stall());
      drain.record(move.drain());
    }
    if (move.copiedBytes() > 0) {
      copy.record(move.copy());
    }
  }

  /** Increments a counter. It is never null, because all values of an enum have their counter. */
  private static void increment(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }

  private void gave(String name) {
    HeapMeters heap = heaps.get(HeapMeters.tags(name));
    if (heap != null) {
      heap.gave();
    }
  }
}
