package dev.dmabroker.internal.buffer;

import dev.dmabroker.internal.allocation.Allocator;
import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.allocation.PlacedMemory;
import dev.dmabroker.internal.allocation.Progress;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.NoTurnException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Seeks memory for one buffer, for its first place or for a move. Meanwhile it can tell what it
 * waits for.
 */
final class MemorySearch {
  private final BufferLife life;
  private final Progress progress;

  MemorySearch(BufferLife life) {
    this.life = life;
    this.progress = new Progress(life.services().time());
  }

  /** The buffer needs memory from now on, which a worker or this thread will seek. */
  void begin() {
    progress.awaitWorker();
  }

  /**
   * Gets memory from a heap, without the lock.
   *
   * @param departure the heap to leave, and where to go; null if others may have to make room
   * @throws NoTurnException if this is a worker that has to wait for its turn at a heap
   */
  Place run(
      List<RegisteredDevice> devices, Optional<String> currentHeap, @Nullable Departure departure)
      throws NoTurnException {
    progress.begin();
    Allocator.Order order;
    synchronized (life.lock) {
      order =
          new Allocator.Order(
              life.name,
              new BufferTenant(life),
              life.target(),
              life.reservation,
              life.generation + 1,
              departure,
              progress);
    }
    PlacedMemory memory = life.supplies.allocator().allocate(order, devices, currentHeap);
    try {
      return new Place(memory);
    } catch (VirtualMachineError e) {
      memory.release();
      throw e;
    }
  }

  /** Memory that was sought in vain, or was given back, is not paid for. Takes the lock. */
  void trimReservation() {
    synchronized (life.lock) {
      switch (life.state()) {
        case UNBACKED -> life.reservation.backTo(0);
        case RESIDENT -> life.reservation.backTo(life.resident().sizeBytes());
        default -> {} // What becomes of the reservation is being decided.
      }
    }
  }

  /** What the search waits for, in words; empty if no memory is sought. Under the lock. */
  Optional<String> waitsFor() {
    boolean seeking =
        switch (life.state()) {
          case ALLOCATING -> true;
          case PREPARING -> life.moving != null && !life.moving.hasTarget();
          default -> false;
        };
    return seeking ? Optional.of(progress.describe()) : Optional.empty();
  }
}
