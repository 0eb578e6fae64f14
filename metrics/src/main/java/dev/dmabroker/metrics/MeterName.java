package dev.dmabroker.metrics;

import io.micrometer.core.instrument.binder.BaseUnits;
import org.jspecify.annotations.Nullable;

/**
 * The meters that there are: the name of each, its unit, and the text that a scrape tells of it.
 * Prometheus appends the unit to the name, so a meter that counts what its name says already has
 * none. {@code docs/metrics.md} lists them in this order.
 */
enum MeterName {
  HEAP_USED("dmabuf.heap.used", BaseUnits.BYTES, "what the broker has out of the heap"),
  HEAP_BACKINGS("dmabuf.heap.backings", null, "allocations that are out"),
  HEAP_CAPACITY(
      "dmabuf.heap.capacity",
      BaseUnits.BYTES,
      "what the heap can give at all; NaN if that is not known"),
  HEAP_HEADROOM(
      "dmabuf.heap.headroom",
      BaseUnits.BYTES,
      "capacity less what is used, lingers or, if the broker watches memory, others have"),
  HEAP_LINGERING(
      "dmabuf.heap.lingering", BaseUnits.BYTES, "given back, but a descriptor of it is still open"),
  HEAP_LINGERING_BACKINGS(
      "dmabuf.heap.lingering.backings", null, "allocations of which that is so"),
  HEAP_MODELLED(
      "dmabuf.heap.modelled", null, "1 if the heap is a model, which no driver imports from"),
  HEAPS_CLOSED(
      "dmabuf.heaps.closed",
      null,
      "heaps that cannot be used: the machine lacks them, or they do not open"),
  MEMORY_PRESSURE(
      "dmabuf.memory.pressure",
      null,
      "share of the last ten seconds in which tasks waited for memory, 0 to 1; NaN if that is not"
          + " known"),
  BUFFERS("dmabuf.buffers", null, "buffers by where they lie and are in their life"),
  BUFFERS_SIZE("dmabuf.buffers.size", BaseUnits.BYTES, "the memory of these buffers"),
  BUFFERS_PINNED("dmabuf.buffers.pinned", null, "buffers that must stay where they are"),
  BUDGET_LIMIT("dmabuf.budget.limit", BaseUnits.BYTES, "what a device or group may have"),
  BUDGET_RESERVED("dmabuf.budget.reserved", BaseUnits.BYTES, "what a device or group has"),
  MAPS("dmabuf.maps", null, "mappings and CPU views made"),
  MAPS_WAITING("dmabuf.maps.waiting", null, "maps, prepares and evacuations that wait"),
  MAP_STALL("dmabuf.map.stall", null, "time that a map waited, if it had to"),
  MAPPINGS("dmabuf.mappings", null, "mappings and CPU views that are out"),
  MAPPINGS_OLDEST("dmabuf.mappings.oldest", null, "age of the oldest mapping that is out"),
  MAPPINGS_OVERDUE(
      "dmabuf.mappings.overdue", null, "mappings held for longer than their device declared"),
  LEASES("dmabuf.leases", null, "leases that stand, in use or not"),
  LEASE_RECALLS("dmabuf.lease.recalls", null, "leases that were asked back, by why"),
  LEASE_RECALL(
      "dmabuf.lease.recall", null, "time that uses of a lease went on after it was asked back"),
  ATTACHES(
      "dmabuf.attaches", null, "devices attached to buffers, and refused as no heap suits all"),
  ALLOCATIONS(
      "dmabuf.allocations",
      null,
      "times that the heap was asked for memory, for a first map or for a move"),
  ALLOCATION("dmabuf.allocation", null, "time that the first memory of a buffer took"),
  HEAP_REFUSALS("dmabuf.heap.refusals", null, "allocations that the heap refused, by why"),
  MOVES("dmabuf.moves", null, "attempts to move a buffer"),
  MOVES_COPIED(
      "dmabuf.moves.copied", BaseUnits.BYTES, "contents that moves copied; dead contents are not"),
  MOVE_PREPARE("dmabuf.move.prepare", null, "time that a move sought memory, while maps went on"),
  MOVE_STALL("dmabuf.move.stall", null, "time during which a move held up new maps"),
  MOVE_DRAIN("dmabuf.move.drain", null, "part of a move's stall: waiting for outstanding mappings"),
  MOVE_COPY(
      "dmabuf.move.copy", null, "part of a move's stall: copying, where something was copied"),
  FENCES_PENDING("dmabuf.fences.pending", null, "fences that are waited for"),
  FENCES_FAILED("dmabuf.fences.failed", null, "fences that signalled an error"),
  LEAKS("dmabuf.leaks", null, "what became unreachable without having been closed"),
  ACCESS_VIOLATIONS(
      "dmabuf.access.violations",
      null,
      "uses of memory against the rules, where access is checked"),
  EVENTS_DROPPED(
      "dmabuf.events.dropped",
      null,
      "events that a listener of the broker, these metrics or another, missed as too many waited"
          + " for it"),
  STREAM_DEPTH(
      "dmabuf.stream.depth", Units.BUFFERS, "buffers that the stream has, by where they are"),
  STREAM_LIMIT("dmabuf.stream.limit", Units.BUFFERS, "how many buffers the stream may have"),
  STREAM_SIZE("dmabuf.stream.size", BaseUnits.BYTES, "the memory of the buffers it has"),
  STREAM_WAITING("dmabuf.stream.waiting", Units.ACQUIRES, "producers that wait for a free buffer"),
  STREAM_HELD_BACK(
      "dmabuf.stream.held.back", null, "1 while producers wait and the stream does not grow"),
  STREAM_STARVED(
      "dmabuf.stream.starved", Units.ACQUIRES, "acquires that had to wait, or tried in vain"),
  STREAM_FRAMES("dmabuf.stream.frames", null, "frames that were submitted"),
  STREAM_FAILED(
      "dmabuf.stream.failed", Units.FRAMES, "submitted frames whose fence signalled an error"),
  STREAM_SCRUBBED(
      "dmabuf.stream.scrubbed",
      Units.BUFFERS,
      "buffers overwritten with zeros between groups of devices"),
  STREAM_LEFT_OUT(
      "dmabuf.stream.left.out",
      null,
      "times that the stream started or went on without a dispensable consumer"),
  STREAM_RESIZES(
      "dmabuf.stream.resizes",
      null,
      "buffers added as a producer would have waited, given back when idle, refused"),
  STREAM_QUEUED("dmabuf.stream.queued", Units.FRAMES, "frames that a consumer has not taken yet"),
  STREAM_DROPPED("dmabuf.stream.dropped", Units.FRAMES, "frames that a consumer will not see"),
  STREAM_HELD("dmabuf.stream.held", Units.BUFFERS, "what the device holds"),
  STREAM_HELD_DECLARED(
      "dmabuf.stream.held.declared",
      Units.BUFFERS,
      "what the device declared to hold at most (camping); NaN if it did not"),
  STREAM_HOLD(
      "dmabuf.stream.hold",
      null,
      "how long the device held what it has released: its count is the frames delivered"),
  STREAM_HOLD_LONGEST(
      "dmabuf.stream.hold.longest",
      null,
      "the longest that the device held what it has released; what it holds still does not count"),
  STREAM_HOLD_DECLARED(
      "dmabuf.stream.hold.declared", null, "the longest hold that the device declared"),
  STREAM_OVERHELD(
      "dmabuf.stream.overheld", Units.FRAMES, "frames held for longer than was declared");

  private final String text;
  private final @Nullable String unit;
  private final String help;

  /** Units of the meters whose names do not say what they count. */
  private static final class Units {
    static final String BUFFERS = "buffers";
    static final String FRAMES = "frames";
    static final String ACQUIRES = "acquires";
  }

  MeterName(String text, @Nullable String unit, String help) {
    this.text = text;
    this.unit = unit;
    this.help = help;
  }

  /** The name in Micrometer's notation. */
  String text() {
    return text;
  }

  /** What is counted, if the name does not say it; the registry gives times their unit. */
  @Nullable String unit() {
    return unit;
  }

  /** What the meter tells. */
  String help() {
    return help;
  }
}
