package dev.dmabroker.metrics;

import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.spi.HeapException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;

/** The meters of one heap, or of several that have had one name. */
final class HeapMeters {
  private final Counter given;
  private final Counter refused;
  private final Map<HeapException.Kind, Counter> refusals = new EnumMap<>(HeapException.Kind.class);

  /**
   * Registers the meters of a heap. The counters of refusals exist from the start, so that a kind
   * that has not occurred reads zero.
   */
  HeapMeters(Registration meters, String name) {
    Tags tag = tags(name);
    meters.gauge(MeterName.HEAP_USED, tag, now -> now.heap(name, HeapState::usedBytes));
    meters.gauge(MeterName.HEAP_BACKINGS, tag, now -> now.heap(name, HeapState::backings));
    meters.gauge(MeterName.HEAP_CAPACITY, tag, now -> now.capacityBytes(name));
    meters.gauge(MeterName.HEAP_HEADROOM, tag, now -> now.headroomBytes(name));
    meters.gauge(
        MeterName.HEAP_LINGERING, tag, now -> now.heap(name, heap -> heap.lingering().sizeBytes()));
    meters.gauge(
        MeterName.HEAP_LINGERING_BACKINGS,
        tag,
        now -> now.heap(name, heap -> heap.lingering().backings()));
    meters.gauge(MeterName.HEAP_MODELLED, tag, now -> now.isModelled(name) ? 1 : 0);
    for (SharedBuffer.State state : SharedBuffer.State.values()) {
      switch (state) {
        case RESIDENT, PREPARING, DRAINING, MOVING -> buffers(meters, name, state);
        default -> {} // Buffers in these states have no memory.
      }
    }
    given = meters.counter(MeterName.ALLOCATIONS, tag.and("result", "done"));
    refused = meters.counter(MeterName.ALLOCATIONS, tag.and("result", "refused"));
    for (HeapException.Kind kind : HeapException.Kind.values()) {
      Tags kinds = tag.and("kind", Meters.inWords(kind));
      refusals.put(kind, meters.counter(MeterName.HEAP_REFUSALS, kinds));
    }
  }

  /** The tags by which a heap is known. */
  static Tags tags(String heap) {
    return Tags.of("heap", heap);
  }

  /** Registers the meters of buffers that have no memory. */
  static void withoutHeap(Registration meters) {
    buffers(meters, Census.NO_HEAP, SharedBuffer.State.UNBACKED);
    buffers(meters, Census.NO_HEAP, SharedBuffer.State.ALLOCATING);
  }

  private static void buffers(Registration meters, String heap, SharedBuffer.State state) {
    Tags tags = Tags.of("heap", heap, "state", Meters.inWords(state));
    meters.gauge(MeterName.BUFFERS, tags, now -> now.buffers(heap, state));
    meters.gauge(MeterName.BUFFERS_SIZE, tags, now -> now.bytes(heap, state));
  }

  /** Counts an allocation that the heap granted. */
  void gave() {
    given.increment();
  }

  /** Counts an allocation that the heap refused, also by the kind of refusal. */
  void refused(HeapRefusal event) {
    refused.increment();
    Counter counter = refusals.get(event.kind());
    if (counter != null) {
      counter.increment();
    }
  }
}
