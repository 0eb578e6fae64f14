package dev.dmabroker.internal.move;

import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.gate.Gate;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.AfterLock;
import java.time.Duration;

/**
 * What differs in a move that no device needs. The move gives way to any use of the buffer. Where
 * another buffer waits for the room, the memory has to be free at once, so all gates are shut;
 * otherwise readers go on beside the copy, and no mapper waits for a fence.
 */
final class Leaving {
  private final Movable buffer;
  private final Place from;
  private final Departure departure;

  Leaving(Movable buffer, Place from, Departure departure) {
    this.buffer = buffer;
    this.from = from;
    this.departure = departure;
  }

  Departure departure() {
    return departure;
  }

  /** Stops new mappings. False if there is one in: then the buffer stays. Under the lock. */
  boolean stopMappings(AfterLock after) {
    if (departure.isForRoom()) {
      buffer.attachments().shutGates(from, buffer.recall(after));
    } else {
      buffer.attachments().narrowGates(from, Gate.Opening.TO_READERS, buffer.recall(after));
    }
    return from.isIdle();
  }

  /** How long the move waits for the kernel's fences. Under the lock. */
  Duration patience() {
    return departure.isForRoom() ? buffer.attachments().longestHold() : Duration.ZERO;
  }

  /** Whether other memory is sought if devices have come that the memory found does not suit. */
  boolean seeksAnew() {
    return departure.isForRoom();
  }
}
