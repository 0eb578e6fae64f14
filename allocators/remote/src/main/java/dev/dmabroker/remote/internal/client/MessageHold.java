package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that the service has granted by a message. It ends by a message when it is closed here
 * and so are its views. There is one mapping, so its token says nothing.
 */
final class MessageHold implements Hold {
  private final Link link;
  private final long identity;
  private final Access access;
  private final Memories.Use memory;
  private boolean open = true;
  private int uses = 1;

  MessageHold(Link link, long identity, Access access, Memories.Use memory) {
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
  public Memories.Use memory() {
    return memory;
  }

  @Override
  public synchronized boolean isIn(long token) {
    return open;
  }

  private Unmap.Builder unmap() {
    return Unmap.newBuilder().setMapping(identity);
  }

  private synchronized boolean keepUse() {
    boolean first = open;
    open = false;
    return first;
  }

  @Override
  public void end(long token) {
    if (keepUse()) {
      endUse();
    }
  }

  @Override
  public synchronized boolean addTo(long token) {
    uses += open ? 1 : 0;
    return open;
  }

  /** Begins a use beside one that goes on. */
  synchronized void addUse() {
    uses++;
  }

  @Override
  public void endUse() {
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
  public boolean endAfter(long token, SyncFile fence) {
    if (!keepUse()) {
      return false;
    }
    try {
      link.order(ToService.newBuilder().setUnmap(unmap().setHasFence(true)), fence.fd());
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        open = true;
      }
      throw e;
    }
    link.memories().end(memory);
    return true;
  }

  /** {@inheritDoc} It has the one use that it begins with. */
  @Override
  public @Nullable Lease lease(long token, String holder, RecallListener listener) {
    return keepUse() ? new OneUseLease(this, holder) : null;
  }

  @Override
  public void note(@Nullable Thread thread) {
    // The service knows it.
  }
}
