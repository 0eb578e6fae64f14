package dev.dmabroker.internal.buffer;

import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.runtime.AfterLock;

/**
 * An application asks for memory that suits all attached devices. The request is granted the
 * buffer.
 */
final class PrepareRequest extends Request<BufferLife> {
  private final boolean parks;

  /**
   * Makes the request for memory.
   *
   * @param parks whether the calling thread will wait for it
   */
  PrepareRequest(BufferLife life, boolean parks) {
    super(life);
    this.parks = parks;
  }

  @Override
  boolean parks() {
    return parks;
  }

  @Override
  void check() {
    Refusals.checkReference(life, this::describe);
  }

  @Override
  boolean isServable() {
    return life.isResident() && life.isSettled();
  }

  @Override
  void perform(AfterLock after) {
    grantNew(after, () -> life);
  }

  @Override
  boolean needsDrain() {
    return life.place != null && !life.isSettled();
  }

  @Override
  BufferMove.Cause moveCause() {
    return BufferMove.Cause.PREPARE;
  }

  @Override
  public String describe() {
    return "prepare " + life.name;
  }
}
