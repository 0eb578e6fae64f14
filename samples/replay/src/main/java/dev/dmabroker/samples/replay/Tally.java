package dev.dmabroker.samples.replay;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counts what happens while a trace is played. Thread-safe. */
final class Tally implements BrokerListener {
  private final LongAdder moves = new LongAdder();
  private final LongAdder copiedBytes = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder returns = new LongAdder();
  private final LongAdder rolledBack = new LongAdder();
  private final LongAdder stallNanos = new LongAdder();
  private final LongAdder waitedNanos = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder missed = new LongAdder();

  /** Buffers, and the heaps that a heuristic wants them out of. */
  private final Set<Eviction> wanted = ConcurrentHashMap.newKeySet();

  private final HeldMemory held;
  private final CourseRecorder course;

  /**
   * Counts nothing yet.
   *
   * @param trace what is played
   * @param clockMicros what the time is, since the trace began
   */
  Tally(Trace trace, LongSupplier clockMicros) {
    this.held = new HeldMemory(clockMicros);
    this.course = new CourseRecorder(trace, clockMicros);
  }

  private record Eviction(String buffer, String heap) {}

  @Override
  public void allocated(MemoryAllocated event) {
    holds(event.heap(), event.sizeBytes());
  }

  @Override
  public void released(MemoryReleased event) {
    holds(event.heap(), -event.sizeBytes());
  }

  private void holds(String heap, long bytes) {
    held.add(heap, bytes);
    course.held(heap, bytes);
  }

  @Override
  public void moved(BufferMove event) {
    moves.increment();
    course.moved();
    event.to().ifPresent(heap -> holds(heap, event.placedBytes()));
    if (event.cause() == BufferMove.Cause.REBALANCE) {
      returns.increment();
    }
    copiedBytes.add(event.copiedBytes());
    stallNanos.add(event.stall().toNanos());
    if (wanted.remove(new Eviction(event.buffer(), event.from()))) {
      evictions.increment();
    }
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    rolledBack.increment();
    stallNanos.add(event.stall().toNanos());
  }

  @Override
  public void stalled(MapStalled event) {
    waitedNanos.add(event.waited().toNanos());
  }

  /** A map found no room. */
  void refused() {
    refusals.increment();
    course.refused();
  }

  /** A map was not granted in time: a frame is lost if it was the producer's, or passed over. */
  void late(boolean producer) {
    (producer ? dropped : missed).increment();
  }

  /** A heuristic that ranks and evicts as this one does, and whose evictions are counted. */
  PlacementHeuristic watch(PlacementHeuristic heuristic) {
    return new PlacementHeuristic() {
      @Override
      public String name() {
        return heuristic.name();
      }

      @Override
      public List<Ranked> rank(Request request) {
        return heuristic.rank(request);
      }

      @Override
      public PlacementHeuristic.Eviction evict(Crowded crowded) {
        PlacementHeuristic.Eviction eviction = heuristic.evict(crowded);
        for (Resident resident : crowded.residents()) {
          if (eviction.buffers().contains(resident.id())) {
            wanted.add(new Tally.Eviction(resident.buffer(), crowded.heap().name()));
          }
        }
        return eviction;
      }
    };
  }

  /** What was counted. */
  Result result(Choice choice, List<CountedHeap> heaps) {
    return new Result(
        choice.name(),
        moves.sum(),
        copiedBytes.sum(),
        refusals.sum(),
        evictions.sum(),
        returns.sum(),
        rolledBack.sum(),
        heaps.stream().map(heap -> new Result.Amount(heap.name(), heap.peakBytes())).toList(),
        heaps.stream()
            .map(heap -> new Result.Amount(heap.name(), held.meanBytes(heap.name())))
            .toList(),
        stallNanos.sum() / 1000,
        waitedNanos.sum() / 1000,
        dropped.sum(),
        missed.sum(),
        course.course());
  }
}
