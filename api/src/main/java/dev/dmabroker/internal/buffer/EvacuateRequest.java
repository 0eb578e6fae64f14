package dev.dmabroker.internal.buffer;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.runtime.AfterLock;

/** An application asks that the memory is given back. It is granted the buffer. */
final class EvacuateRequest extends Request<BufferLife> implements Queued.Evacuation {
  EvacuateRequest(BufferLife life) {
    super(life);
  }

  @Override
  void check() {
    Refusals.checkReference(life, this::describe);
  }

  @Override
  boolean isServable() {
    return life.state() == State.UNBACKED || (life.isResident() && !life.isPinned());
  }

  @Override
  void perform(AfterLock after) {
    if (life.state() == State.UNBACKED) {
      grantNew(after, () -> life);
    } else {
      begin(after);
    }
  }

  /** In RESIDENT: begins to drain, to give the memory back. */
  private void begin(AfterLock after) {
    life.evacuation = this;
    life.become(State.DRAINING);
    life.attachments.shutGates(life.place, Recall.forEvacuation(after));
    life.advance(after);
  }

  @Override
  public boolean wantsMemoryBack() {
    return true;
  }

  @Override
  public void end(AfterLock after) {
    life.evacuation = null;
    if (claim(after)) {
      life.giveBack(after);
      grant(after, life);
    } else {
      life.become(State.RESIDENT);
      life.settle(after);
    }
  }

  /** The waiter has given up: maps go on where the buffer lies. */
  @Override
  void withdrawn(AfterLock after) {
    if (life.evacuation == this) {
      life.evacuation = null;
      life.become(State.RESIDENT);
      life.settle(after);
    }
  }

  @Override
  boolean needsDrain() {
    return true;
  }

  @Override
  boolean needsOnlyWritersGone() {
    // Readers have to go, too, as no memory is left for them.
    return false;
  }

  @Override
  BufferMove.Cause moveCause() {
    return BufferMove.Cause.PREPARE;
  }

  @Override
  public String describe() {
    return "evacuate " + life.name;
  }
}
