package dev.dmabroker.internal.buffer;

import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.allocation.Tenant;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.MemoryUse;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.move.Relocation;
import dev.dmabroker.internal.placement.Ranking.RankedHeap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import dev.dmabroker.spi.RebalancePolicy.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A buffer as an occupant of memory, for the search for room and for adoption. It is made when it
 * is asked for, so that no buffer has to keep one: those of one buffer are equal.
 */
final class BufferTenant implements Tenant {
  private final BufferLife buffer;

  BufferTenant(BufferLife buffer) {
    this.buffer = buffer;
  }

  @Override
  public String name() {
    return buffer.name;
  }

  @Override
  public Optional<Resident> resident(HeapAccount heap) {
    Negotiation negotiation = begin(heap);
    // Only a buffer that some other heap could hold is worth moving.
    if (negotiation == null
        || negotiation.trySearch().filter(solution -> solution.isPossibleOutside(heap)).isEmpty()) {
      return Optional.empty();
    }
    synchronized (buffer.lock) {
      return isCurrent(negotiation, heap)
          ? Optional.of(resident(negotiation, now()))
          : Optional.empty();
    }
  }

  @Override
  public Optional<Leaver> leaver(HeapAccount heap) {
    Negotiation negotiation = begin(heap);
    RankedHeap better =
        negotiation == null
            ? null
            : negotiation
                .trySearch()
                .map(solution -> negotiation.better(solution, heap))
                .orElse(null);
    if (negotiation == null || better == null) {
      return Optional.empty();
    }
    HeapLoad target = better.load();
    synchronized (buffer.lock) {
      if (!isCurrent(negotiation, heap)) {
        return Optional.empty();
      }
      long now = now();
      Duration inPlace = elapsed(buffer.resident().sinceNanos(), now);
      return Optional.of(
          new Leaver(
              this,
              new Candidate(resident(negotiation, now), inPlace, target),
              Departure.rebalancing(heap, better.account())));
    }
  }

  /** Begins to look where the buffer could lie; null unless it could leave the heap. */
  private @Nullable Negotiation begin(HeapAccount heap) {
    synchronized (buffer.lock) {
      return couldLeave(heap)
          ? new Negotiation(buffer, buffer.attachments.users().devices())
          : null;
    }
  }

  /** Whether the buffer could leave still, and what was found counts. Under the lock. */
  private boolean isCurrent(Negotiation negotiation, HeapAccount heap) {
    return couldLeave(heap) && negotiation.isCurrent();
  }

  /** The buffer as heuristics and policies see it. Under the lock. */
  private Resident resident(Negotiation negotiation, long nowNanos) {
    Place here = buffer.resident();
    return new Resident(
        buffer.id,
        buffer.name,
        here.sizeBytes(),
        elapsed(here.lastUseNanos(), nowNanos),
        negotiation.devices().stream().map(RegisteredDevice::user).toList());
  }

  private long now() {
    return buffer.services().time().nanos();
  }

  private static Duration elapsed(long sinceNanos, long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - sinceNanos));
  }

  @Override
  public boolean moveOut(Departure departure) {
    HeapAccount heap = departure.from();
    Relocation move =
        buffer.lock.locked(after -> couldLeave(heap) ? Moving.outOf(buffer, departure) : null);
    if (move == null) {
      return false;
    }
    // This runs in a thread that waits for it: it needs the room, or has nothing else to do.
    move.prepare();
    synchronized (buffer.lock) {
      return buffer.place == null || buffer.place.heap() != heap;
    }
  }

  /** Whether the buffer lies in the heap, idle and free to move. Under the lock. */
  private boolean couldLeave(HeapAccount heap) {
    Place here = buffer.place;
    return buffer.isResident()
        && here != null
        && here.heap() == heap
        && here.isIdle()
        && !buffer.isPinned()
        && buffer.isSettled();
  }

  @Override
  public void identify(HeapMemory memory, Consumer<Optional<Object>> told) throws HeapException {
    @Nullable Boolean unused =
        MemoryUse.ask(
            buffer.lock,
            after -> placesOf(memory),
            buffer::advance,
            () -> {
              told.accept(memory.identity());
              return true;
            });
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BufferTenant tenant && tenant.buffer == buffer;
  }

  @Override
  public int hashCode() {
    return buffer.hashCode();
  }

  /**
   * Returns the place of the buffer in that memory: where it lies, or one that it has left while
   * readers hold it. Under the lock.
   */
  private List<Place> placesOf(HeapMemory memory) {
    return Stream.concat(Stream.ofNullable(buffer.place), buffer.retired.places().stream())
        .filter(place -> place.memory() == memory)
        .toList();
  }
}
