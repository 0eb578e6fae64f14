package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.Objects;

/**
 * A mapping of a service's buffer. What ends it lies in its hold, which knows it by its token: so
 * the compiler can do without the object where a mapping does not leave the method that made it.
 */
final class RemoteMapping implements Mapping, HeldMemory {
  private final RemoteAttachment attachment;
  final Hold hold;
  final long token;

  /**
   * Whether it was closed, as far as this thread knows. A token is used again after some ten
   * thousand mappings, so a close that comes as late as that must not get to the hold. It need not
   * be ordered: a thread that closes at this moment is told by the hold.
   */
  private boolean closed;

  RemoteMapping(RemoteAttachment attachment, Hold hold, long token) {
    this.attachment = attachment;
    this.hold = hold;
    this.token = token;
  }

  @Override
  public Access access() {
    return hold.access();
  }

  @Override
  public boolean isOpen() {
    return !closed && hold.isIn(token);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      hold.end(token);
    }
  }

  @Override
  public void closeAfter(SyncFile fence) {
    if (closed || !hold.endAfter(token, fence)) {
      throw closed();
    }
    closed = true;
    Fences.close(fence);
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    Objects.requireNonNull(holder, "holder");
    Objects.requireNonNull(listener, "listener");
    Lease lease = closed ? null : hold.lease(token, holder, listener);
    if (lease == null) {
      throw closed();
    }
    closed = true;
    return lease;
  }

  @Override
  public Memories.Use memory() {
    return hold.memory();
  }

  @Override
  public boolean addView() {
    return !closed && hold.addTo(token);
  }

  @Override
  public void endView() {
    hold.endUse();
  }

  @Override
  public String toString() {
    return "the mapping of " + attachment + " with " + access();
  }
}
