package dev.dmabroker.internal;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;

/** An application asks that the memory is given back. It is granted the buffer. */
final class EvacuateRequest extends Request<BufferLife> {
  EvacuateRequest(BufferLife life) {
    super(life);
  }

  @Override
  void check() {
    life.checkReference(describe());
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
      life.beginEvacuation(this, after);
    }
  }

  @Override
  boolean needsDrain() {
    return true;
  }

  @Override
  boolean needsOnlyWritersGone() {
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
