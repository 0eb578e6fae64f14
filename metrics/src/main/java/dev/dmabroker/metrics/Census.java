package dev.dmabroker.metrics;

import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BudgetState;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.MemoryPressure;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The sums over a snapshot, computed once for all gauges. */
final class Census {
  /** The tag of buffers that have no memory. */
  static final String NO_HEAP = "none";

  /** Heaps by their names; after an open heap those of its name that vanished. */
  private final Map<String, List<HeapState>> heaps;

  private final Map<String, BudgetState> budgets;
  private final Map<Where, Total> buffers = new HashMap<>();
  private final BrokerSnapshot snapshot;
  private final StreamCensus streams;
  private final long maps;

  /** How many censuses there were before. */
  private final long before;

  private int pinned;
  private int leases;
  private int mappings;
  private int overdue;
  private int waiting;
  private Duration oldest = Duration.ZERO;

  // Buffers are added up for each heap and state.
  private record Where(String heap, SharedBuffer.State state) {}

  private record Total(int buffers, long bytes) {
    static final Total NONE = new Total(0, 0);

    Total and(Total other) {
      return new Total(buffers + other.buffers, bytes + other.bytes);
    }
  }

  private Census(
      BrokerSnapshot snapshot, long before, long mapsBefore, StreamCensus streamsBefore) {
    this.snapshot = snapshot;
    this.before = before;
    maps = Math.max(mapsBefore, snapshot.maps());
    heaps = snapshot.heaps().stream().collect(Collectors.groupingBy(HeapState::name));
    budgets =
        snapshot.budgets().stream()
            .collect(Collectors.toMap(BudgetState::name, Function.identity()));
    Map<String, Duration> holds =
        snapshot.devices().stream()
            .collect(Collectors.toMap(DeviceState::name, DeviceState::longestHold));
    streams = StreamCensus.of(snapshot.streams(), holds.keySet(), streamsBefore);
    snapshot.buffers().forEach(buffer -> add(buffer, holds));
  }

  /**
   * Adds a snapshot up.
   *
   * @param before the census before; a snapshot may count less than that, a counter must not
   */
  static Census of(BrokerSnapshot snapshot, @Nullable Census before) {
    return before == null
        ? new Census(snapshot, 0, 0, StreamCensus.NONE)
        : new Census(snapshot, before.before + 1, before.maps, before.streams);
  }

  /** Returns the one of two censuses of a broker that was taken later. */
  static Census later(@Nullable Census one, Census other) {
    return one == null || one.before < other.before ? other : one;
  }

  /** Adds a buffer and the holders of its mappings. */
  private void add(BufferState buffer, Map<String, Duration> holds) {
    Where where = new Where(buffer.heap().orElse(NO_HEAP), buffer.state());
    buffers.merge(where, new Total(1, buffer.sizeBytes()), Total::and);
    pinned += buffer.pinned().isEmpty() ? 0 : 1;
    waiting += buffer.waiting();
    leases += buffer.leases().size();
    for (Holder holder : buffer.holders()) {
      mappings++;
      oldest = oldest.compareTo(holder.held()) < 0 ? holder.held() : oldest;
      Duration declared = holds.get(holder.device());
      overdue += declared != null && declared.compareTo(holder.held()) < 0 ? 1 : 0;
    }
  }

  private Total total(String heap, SharedBuffer.State state) {
    return buffers.getOrDefault(new Where(heap, state), Total.NONE);
  }

  /** The number of buffers in a state that lie in a heap, or {@link #NO_HEAP}. */
  int buffers(String heap, SharedBuffer.State state) {
    return total(heap, state).buffers();
  }

  /** The bytes of these buffers. */
  long bytes(String heap, SharedBuffer.State state) {
    return total(heap, state).bytes();
  }

  /** The tags of the heaps that there are. */
  Set<Tags> heapTags() {
    return heaps.keySet().stream().map(HeapMeters::tags).collect(Collectors.toSet());
  }

  private List<HeapState> heaps(String name) {
    return heaps.getOrDefault(name, List.of());
  }

  /** A figure of all heaps of a name together; zero if the broker has none. */
  double heap(String name, Function<HeapState, Number> what) {
    return heaps(name).stream().mapToDouble(heap -> what.apply(heap).doubleValue()).sum();
  }

  /** The bytes that the heap can give in all; NaN if that is not known. */
  double capacityBytes(String name) {
    return heaps(name).stream()
        .findFirst()
        .flatMap(heap -> heap.traits().capacityBytes().known())
        .map(Long::doubleValue)
        .orElse(Double.NaN);
  }

  /** Whether the heap's memory is a model, which no driver imports. */
  boolean isModelled(String name) {
    return heaps(name).stream().anyMatch(heap -> heap.traits().modelled().is(true));
  }

  /** A figure of the memory pressure in a scope; NaN if it is not known. */
  double memoryPressure(MemoryPressure.Scope scope, ToDoubleFunction<MemoryPressure> figure) {
    return snapshot.memoryPressure().stream()
        .filter(pressure -> pressure.scope() == scope)
        .mapToDouble(figure)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** The number of heaps that are closed for a reason of this kind. */
  long closedHeaps(HeapProvider.Closed.Kind kind) {
    return snapshot.closedHeaps().stream().filter(heap -> heap.kind() == kind).count();
  }

  /**
   * The bytes that the heap can give now, as far as this broker knows; NaN if that is not known.
   * What lingers is among what others have, if that is known.
   */
  double headroomBytes(String name) {
    double taken =
        heap(name, HeapState::usedBytes)
            + heap(name, heap -> Math.max(heap.othersBytes(), heap.lingering().sizeBytes()));
    return Math.max(0, capacityBytes(name) - taken); // NaN stays NaN.
  }

  double budget(String name, Function<BudgetState, Long> what) {
    return Optional.ofNullable(budgets.get(name)).map(what).orElse(0L);
  }

  StreamCensus streams() {
    return streams;
  }

  int pendingFences() {
    return snapshot.fences().pending();
  }

  /** The maps so far; they never go down from one census to the next. */
  long maps() {
    return maps;
  }

  /** The events that some listener missed so far. */
  long droppedEvents() {
    return snapshot.droppedEvents();
  }

  /** The number of buffers that are pinned. */
  int pinned() {
    return pinned;
  }

  /** The number of leases that are not over. */
  int leases() {
    return leases;
  }

  int mappings() {
    return mappings;
  }

  /** The number of mappings that are held for longer than their device declared. */
  int overdue() {
    return overdue;
  }

  /** The number of maps that wait. */
  int waiting() {
    return waiting;
  }

  /** For how long the mapping that is held longest has been held. */
  long oldestNanos() {
    return Nanos.of(oldest);
  }
}
