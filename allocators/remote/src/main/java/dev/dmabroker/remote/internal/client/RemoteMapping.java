package dev.dmabroker.remote.internal.client;

import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A mapping that a service has granted by a message. */
final class RemoteMapping implements Mapping {
  private final Link link;
  private final RemoteAttachment attachment;
  private final long identity;
  private final Access access;
  private final Memories.Place place;
  private final AtomicBoolean closed = new AtomicBoolean();

  RemoteMapping(
      Link link, RemoteAttachment attachment, long identity, Access access, Memories.Place place) {
    this.link = link;
    this.attachment = attachment;
    this.identity = identity;
    this.access = access;
    this.place = place;
  }

  @Override
  public int fd() {
    requireOpen();
    return place.backing.fd();
  }

  @Override
  public int dupFd() {
    requireOpen();
    try {
      return place.backing.dupFd();
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot duplicate the descriptor of " + this, e);
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw Exceptions.closed(this + " is closed");
    }
    if (link.isEnded()) {
      throw Exceptions.closed("the service of " + this + " has gone; connect again");
    }
  }

  @Override
  public Layout layout() {
    return place.layout;
  }

  @Override
  public String heapName() {
    return place.heap;
  }

  @Override
  public long sizeBytes() {
    return place.sizeBytes;
  }

  @Override
  public long generation() {
    return place.generation;
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public boolean isOpen() {
    return !closed.get() && !link.isEnded();
  }

  @Override
  public CpuView cpuView() {
    requireOpen();
    return new RemoteView(this, place);
  }

  @Override
  public void closeAfter(SyncFile fence) {
    requireOpen();
    if (closed.compareAndSet(false, true)) {
      try {
        link.order(
            ToService.newBuilder()
                .setUnmap(Unmap.newBuilder().setMapping(identity).setHasFence(true)),
            fence.fd());
        dev.dmabroker.allocators.linux.LibC.calls().close(fence.fd());
      } finally {
        attachment.memories().unuse(place);
      }
    }
  }

  @Override
  public void close() {
    boolean first = !closed.get();
    Handles.close(
        closed, link, ToService.newBuilder().setUnmap(Unmap.newBuilder().setMapping(identity)));
    if (first) {
      attachment.memories().unuse(place);
    }
  }

  @Override
  public String toString() {
    return "the mapping of " + attachment + " with " + access;
  }
}
