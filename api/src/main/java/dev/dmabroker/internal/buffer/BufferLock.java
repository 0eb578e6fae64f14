package dev.dmabroker.internal.buffer;

import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.StateLock;
import dev.dmabroker.internal.watch.StateRecords;

/**
 * The lock of a buffer's {@linkplain BufferLife life}. A change under it is made as a whole or not
 * at all, whatever call of the change throws: so the buffer is in a state of the table, with all
 * that belongs to it, and its gates let in what that state allows.
 */
final class BufferLock extends StateLock {
  private final BufferLife life;

  BufferLock(BufferLife life) {
    super(life.services().workers());
    this.life = life;
  }

  /** Has a change that throws put back all that changes write in the life and its parts. */
  @Override
  protected void keep(AfterLock after) {
    State state = life.state();
    Place place = life.place;
    long generation = life.generation;
    Moving moving = life.moving;
    Queued.Evacuation evacuation = life.evacuation;
    RetiredPlaces retired = life.retired;
    Pins pins = life.pins;
    StateRecords.MoveStats moves = life.moves;
    BufferMove.Cause moveCause = life.moveCause;
    long formerTakings = life.formerTakings;
    MoveFailedException lastFailure = life.lastFailure;
    boolean referenceClosed = life.referenceClosed;
    boolean brokerClosed = life.brokerClosed;
    after.undo(
        () -> {
          life.putBack(state);
          life.place = place;
          life.generation = generation;
          life.moving = moving;
          life.evacuation = evacuation;
          life.retired = retired;
          life.pins = pins;
          life.moves = moves;
          life.moveCause = moveCause;
          life.formerTakings = formerTakings;
          life.lastFailure = lastFailure;
          life.referenceClosed = referenceClosed;
          life.brokerClosed = brokerClosed;
        });
    life.attachments.keep(after);
    life.requests.keep(after);
    life.retries.keep(after);
    if (moving != null) {
      moving.keep(after);
    }
  }

  @Override
  protected void publish() {
    life.attachments.publish();
  }
}
