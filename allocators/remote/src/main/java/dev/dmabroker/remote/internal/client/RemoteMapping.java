package dev.dmabroker.remote.internal.client;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A mapping of a service's buffer. It ends once, whichever thread ends it. */
final class RemoteMapping implements Mapping, HeldMemory {
  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(RemoteMapping.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final RemoteAttachment attachment;
  private final Access access;
  private final Hold hold;

  /** The thread that waited for it, if it is counted in a word; null if none is known. */
  private @Nullable Thread thread;

  private volatile boolean ended;

  /** Makes a mapping that the hold holds for already. */
  RemoteMapping(RemoteAttachment attachment, Access access, Hold hold, @Nullable Thread thread) {
    this.attachment = attachment;
    this.access = access;
    this.hold = hold;
    this.thread = thread;
  }

  /** That thread, which has waited for it, has it now. */
  RemoteMapping hand(Thread waiter) {
    if (hold instanceof HeldWord word) {
      thread = waiter;
      word.note(waiter);
    }
    return this;
  }

  @Override
  public RemoteAttachment attachment() {
    return attachment;
  }

  @Override
  public Hold hold() {
    return hold;
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public boolean isOpen() {
    return !ended;
  }

  private boolean end() {
    if (ended || !ENDED.compareAndSet(this, false, true)) {
      return false;
    }
    if (thread != null && hold instanceof HeldWord word) {
      word.unnote(thread);
    }
    return true;
  }

  @Override
  public void closeAfter(SyncFile fence) {
    if (!end()) {
      throw closed();
    }
    try {
      hold.endAfter(fence);
    } catch (RuntimeException | Error e) {
      ended = false;
      throw e;
    }
    Fences.close(fence);
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    Objects.requireNonNull(holder, "holder");
    Objects.requireNonNull(listener, "listener");
    if (!end()) {
      throw closed();
    }
    return hold.lease(this, holder, listener);
  }

  @Override
  public void close() {
    if (end()) {
      hold.end();
    }
  }

  @Override
  public ClosedException closed() {
    return Exceptions.closed(this + " is closed; its descriptor may be another buffer's by now");
  }

  @Override
  public CpuView cpuView() {
    return HeldMemory.super.cpuView();
  }

  @Override
  public String toString() {
    return "the mapping of " + attachment + " with " + access;
  }
}
