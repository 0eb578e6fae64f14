package dev.dmabroker.internal.move;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.gate.Gate;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.move.TargetSearch.Arrival;
import dev.dmabroker.internal.runtime.AfterLock;
import java.time.Duration;

/**
 * The wait of a move for a moment in which no mapping writes, while every device may map. Buffers
 * that move in turn wait so, since others of their set are in use meanwhile. Not for ever, as such
 * a moment need not come. All under the buffer's lock.
 */
final class Lingering {
  private final Movable buffer;
  private final Relocation move;
  private final Place from;

  /** It has waited long enough. */
  private boolean impatient;

  Lingering(Movable buffer, Relocation move, Place from) {
    this.buffer = buffer;
    this.move = move;
    this.from = from;
  }

  /** Begins to wait; a mapping that is closed comes by {@link Relocation#advance}. */
  Arrival begin(AfterLock after) {
    buffer.attachments().openGates(from, Gate.Opening.WATCHED);
    Duration hold = move.longestHold();
    if (!from.hasWriters()) {
      return move.stall(after);
    }
    move.expireAfter(hold, this::patienceExpired);
    buffer.lingerInTurn(after);
    return Arrival.WAITING;
  }

  private void patienceExpired() {
    move.changeOnTime(
        after -> {
          if (buffer.isUnderWay(State.PREPARING) && move.hasTarget()) {
            impatient = true;
            move.stallLater(after);
          }
        });
  }

  /** The buffer gave its turn away while it waited, and has it again. */
  void takeTurn(AfterLock after) {
    if (impatient || !from.hasWriters()) {
      move.stallLater(after);
    } else if (!move.callOffIfNotNeeded(after)) {
      buffer.lingerInTurn(after);
    }
  }
}
