package dev.dmabroker.internal.buffer;

import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.AfterLock;

/** The request of a device that the buffer stays where it lies. */
final class PinRequest extends Request<HeldPin> {
  private final AttachedDevice attachment;

  PinRequest(BufferLife life, AttachedDevice attachment) {
    super(life);
    this.attachment = attachment;
  }

  @Override
  void check() {
    Refusals.checkUsable(life, attachment, "pin");
  }

  @Override
  boolean isServable() {
    return life.isResident() && attachment.suits(life.resident());
  }

  @Override
  void perform(AfterLock after) {
    grantNew(after, () -> life.pin(attachment));
  }

  /** Requests that need a move have to be refused now, as the buffer is pinned. */
  @Override
  void servedAtOnce(AfterLock after) {
    life.serveQueue(after);
  }

  /** A pin also has to wait for the end of a move, wherever that leads. */
  @Override
  boolean needsDrain() {
    return (life.moving != null && !life.moving.isOptional())
        || (life.place != null && !attachment.suits(life.place));
  }

  @Override
  BufferMove.Cause moveCause() {
    return BufferMove.Cause.PIN;
  }

  @Override
  AttachedDevice attachment() {
    return attachment;
  }

  @Override
  void drop(HeldPin granted) {
    granted.close();
  }

  @Override
  boolean takeBack(HeldPin granted) {
    // No caller has seen the pin, so it can be closed.
    granted.close();
    return true;
  }

  @Override
  public String describe() {
    return "pin " + life.name + " for " + attachment.device().name();
  }
}
