package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.Objects;

/**
 * A mapping that the service has granted by a message, and that ends by one: when it is closed, and
 * so are its views.
 */
final class MessageMapping implements Mapping, HeldMemory {
  private final RemoteAttachment attachment;
  private final Link link;
  private final long identity;
  private final Access access;
  private final Memories.Use memory;
  private boolean open = true;
  private int uses = 1;

  MessageMapping(
      RemoteAttachment attachment, Link link, long identity, Access access, Memories.Use memory) {
    this.attachment = attachment;
    this.link = link;
    this.identity = identity;
    this.access = access;
    this.memory = memory;
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public synchronized boolean isOpen() {
    return open;
  }

  private Unmap.Builder unmap() {
    return Unmap.newBuilder().setMapping(identity);
  }

  @Override
  public void close() {
    if (end()) {
      endView();
    }
  }

  private synchronized boolean end() {
    boolean first = open;
    open = false;
    return first;
  }

  @Override
  public synchronized boolean addView() {
    if (open) {
      uses++;
    }
    return open;
  }

  /** One use more, beside one that goes on. */
  synchronized boolean addUse() {
    uses++;
    return true;
  }

  @Override
  public void endView() {
    synchronized (this) {
      uses--;
      if (uses != 0) {
        return;
      }
    }
    link.memories().end(memory);
    if (!link.isEnded()) {
      link.tell(ToService.newBuilder().setUnmap(unmap()));
    }
  }

  /** {@inheritDoc} Views that are open show the memory until then, and no longer. */
  @Override
  public void closeAfter(SyncFile fence) {
    if (!end()) {
      throw closed();
    }
    try {
      link.order(ToService.newBuilder().setUnmap(unmap().setHasFence(true)), fence.fd());
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        open = true;
      }
      throw e;
    }
    Fences.close(fence);
    link.memories().end(memory);
  }

  /** {@inheritDoc} It has the one use that it begins with. */
  @Override
  public Lease lease(String holder, RecallListener listener) {
    Objects.requireNonNull(holder, "holder");
    Objects.requireNonNull(listener, "listener");
    if (!end()) {
      throw closed();
    }
    return new OneUseLease(this, holder);
  }

  @Override
  public Memories.Use memory() {
    return memory;
  }

  @Override
  public String toString() {
    return "the mapping of " + attachment + " with " + access;
  }
}
