package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.Pin;
import dev.dmabroker.remote.internal.wire.Pinned;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unpin;
import java.util.concurrent.atomic.AtomicBoolean;

/** A pin that a service has granted. */
final class RemotePin implements Pin {
  private final Link link;
  private final RemoteAttachment attachment;
  private final Pinned pinned;
  private final AtomicBoolean closed = new AtomicBoolean();

  RemotePin(Link link, RemoteAttachment attachment, Pinned pinned) {
    this.link = link;
    this.attachment = attachment;
    this.pinned = pinned;
  }

  @Override
  public Attachment attachment() {
    return attachment;
  }

  @Override
  public String heapName() {
    return pinned.getHeap();
  }

  @Override
  public long generation() {
    return pinned.getGeneration();
  }

  @Override
  public void close() {
    Handles.close(
        closed, link, ToService.newBuilder().setUnpin(Unpin.newBuilder().setPin(pinned.getPin())));
  }

  @Override
  public String toString() {
    return "the pin of " + attachment + (closed.get() ? ", closed" : "");
  }
}
