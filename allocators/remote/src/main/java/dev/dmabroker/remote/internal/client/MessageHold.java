package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.SyncFile;

/** Holds memory by one mapping that the service has granted, which ends by a message. */
final class MessageHold implements Hold {
  private final Link link;
  private final long identity;
  private final Memories.Use memory;
  private int count = 1;

  MessageHold(Link link, long identity, Memories.Use memory) {
    this.link = link;
    this.identity = identity;
    this.memory = memory;
  }

  @Override
  public Memories.Use memory() {
    return memory;
  }

  @Override
  public synchronized void add() {
    count++;
  }

  @Override
  public void end() {
    if (isLast() && !link.isEnded()) {
      link.tell(ToService.newBuilder().setUnmap(Unmap.newBuilder().setMapping(identity)));
    }
  }

  private boolean isLast() {
    synchronized (this) {
      count--;
      if (count != 0) {
        return false;
      }
    }
    link.memories().end(memory);
    return true;
  }

  /** {@inheritDoc} Views that are open end first: there is one mapping for all of them. */
  @Override
  public void endAfter(SyncFile fence) {
    link.order(
        ToService.newBuilder().setUnmap(Unmap.newBuilder().setMapping(identity).setHasFence(true)),
        fence.fd());
    boolean unused = isLast();
  }

  @Override
  public Lease lease(RemoteMapping mapping, String holder, RecallListener listener) {
    return new RemoteLease(mapping, this, null, holder, listener);
  }
}
