package dev.dmabroker.internal.buffer;

import dev.dmabroker.Attachment;
import dev.dmabroker.Pin;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Place;

/** One pin of a buffer, which counts as long as the buffer has it among its {@link Pins}. */
final class HeldPin implements Pin {
  private final BufferLife life;
  private final AttachedDevice attachment;

  /** The place that the buffer stays in as long as the pin counts. */
  private final Place place;

  HeldPin(BufferLife life, AttachedDevice attachment, Place place) {
    this.life = life;
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
    life.lock.report(after -> life.unpin(it -> it == this, after));
  }

  @Override
  public String toString() {
    return "the pin of " + attachment.buffer().name() + " for " + attachment.device().name();
  }
}
