package dev.dmabroker.internal.move;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.gate.Gate;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.move.TargetSearch.Arrival;
import dev.dmabroker.internal.runtime.AfterLock;
import java.time.Duration;

/**
 * The wait of a move for a moment in which no mapping writes, while every device may map. Buffers
 * of a set, which move in turn, wait in this way, because other buffers of the set are in use
 * meanwhile. The wait has a limit, because that moment may never come. All methods run under the
 * buffer's lock.
 */
final class Lingering {
  private final Movable buffer;
  private final Relocation move;
  private final Place from;

  /** Whether the move has waited long enough: then it stalls mappings that write. */
  private boolean impatient;

  Lingering(Movable buffer, Relocation move, Place from) {
    this.buffer = buffer;
    this.move = move;
    this.from = from;
  }

  /** Begins to wait. {@link Relocation#advance} is called when a mapping is closed. */
  Arrival begin(AfterLock after) {
    buffer.attachments().narrowGates(from, Gate.Opening.WATCHED, buffer.recall(after));
    Duration hold = buffer.attachments().longestHold(from);
    if (!from.hasWriters()) {
      return move.stall(after);
    }
    move.deadline.set(hold, this::patienceExpired, after);
    buffer.lingerInTurn(after);
    return Arrival.WAITING;
  }

  /** The limit of the wait has passed. The timer calls it. */
  private void patienceExpired() {
    buffer
        .lock()
        .reportOnTime(
            after -> {
              if (buffer.isUnderWay(State.PREPARING) && move.hasTarget()) {
                after.undo(() -> impatient = false);
                impatient = true;
                move.stallLater(after);
              }
            });
  }

  /** The buffer has its turn again, after it gave the turn away while it waited. */
  void takeTurn(AfterLock after) {
    if (impatient || !from.hasWriters()) {
      move.stallLater(after);
    } else if (!move.callOffIfNotNeeded(after)) {
      buffer.lingerInTurn(after);
    }
  }
}
