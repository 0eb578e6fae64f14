package dev.dmabroker.internal;

import dev.dmabroker.Attachment;
import dev.dmabroker.Pin;

/** One pin of a buffer; which the buffer has, it knows itself. */
final class HeldPin implements Pin, Grant {
  private final AttachedDevice attachment;
  private final Place place;

  HeldPin(AttachedDevice attachment, Place place) {
    this.attachment = attachment;
    this.place = place;
  }

  @Override
  public Attachment attachment() {
    return attachment;
  }

  @Override
  public String heapName() {
    return place.heap().name();
  }

  @Override
  public long generation() {
    return place.generation();
  }

  @Override
  public void close() {
    attachment.buffer().unpin(this);
  }

  @Override
  public void takeBack() {
    close();
  }

  @Override
  public String toString() {
    return "the pin of " + attachment.buffer().name() + " for " + attachment.device().name();
  }
}
