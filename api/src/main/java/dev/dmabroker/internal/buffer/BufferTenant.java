package dev.dmabroker.internal.buffer;

import dev.dmabroker.internal.allocation.Tenant;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.MemoryUse;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.move.Relocation;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A buffer as an occupant of memory, for the search for room and for adoption. It is made when it
 * is asked for, so that no buffer has to keep one.
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
    List<RegisteredDevice> devices;
    Negotiation negotiation;
    synchronized (buffer.lock) {
      if (!couldLeave(heap)) {
        return Optional.empty();
      }
      devices = buffer.attachments.users().devices();
      negotiation = new Negotiation(buffer, devices);
    }
    // Only a buffer that some other heap could hold is worth moving.
    if (negotiation.trySearch().filter(solution -> solution.isPossibleOutside(heap)).isEmpty()) {
      return Optional.empty();
    }
    synchronized (buffer.lock) {
      if (!couldLeave(heap) || !negotiation.isCurrent()) {
        return Optional.empty();
      }
      Place here = buffer.resident();
      long idle = buffer.services().time().nanos() - here.lastUseNanos();
      return Optional.of(
          new Resident(
              buffer.id,
              buffer.name,
              here.sizeBytes(),
              Duration.ofNanos(Math.max(0, idle)),
              devices.stream().map(RegisteredDevice::user).toList()));
    }
  }

  @Override
  public boolean moveOut(HeapAccount heap, String beneficiary) {
    Relocation move =
        buffer.lock.locked(after -> couldLeave(heap) ? Moving.outOf(buffer, beneficiary) : null);
    if (move == null) {
      return false;
    }
    // This runs in the thread that needs the room, which waits for it.
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
  public boolean lies(Object identity) {
    List<Place> places = new ArrayList<>();
    Boolean lies =
        MemoryUse.ask(
            buffer.lock,
            after -> {
              addPlaces(places);
              return places;
            },
            buffer::advance,
            () -> places.stream().anyMatch(it -> !it.isAdopted() && isOf(it, identity)));
    return lies != null && lies;
  }

  /** Whether the place's memory is known to have that identity. */
  private static boolean isOf(Place place, Object identity) {
    try {
      return place.memory().identity().equals(Optional.of(identity));
    } catch (HeapException e) {
      EngineLog.LOG.log(
          Level.WARNING, "memory of " + place.heap().name() + " does not tell what it is", e);
      return false;
    }
  }

  /**
   * Adds the places of the buffer: where it lies, and those that it left while readers hold them.
   */
  private void addPlaces(List<Place> places) {
    places.addAll(buffer.retired.places());
    if (buffer.place != null) {
      places.add(buffer.place);
    }
  }
}
