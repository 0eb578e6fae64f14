package dev.dmabroker.remote.internal.client;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.wire.Recall;
import dev.dmabroker.spec.Access;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A lease of a service's buffer. Its uses are counted here, so that it ends no more than it has
 * begun, and with those of other mappings in the word. A lease of a mapping without a word has the
 * one use that it begins with.
 */
final class RemoteLease implements Lease, HeldMemory {
  private static final long OPEN = 1;
  private static final long ONE = 2;

  private final RemoteAttachment attachment;
  private final Access access;
  private final Hold hold;
  private final @Nullable HeldWord word;
  private final String holder;
  private final RecallListener listener;

  /** Whether uses may begin as far as this lease goes, and how many are in. */
  private final AtomicLong state;

  private record RemoteRecall(
      String buffer,
      String device,
      String holder,
      Access access,
      long generation,
      Cause cause,
      Optional<String> beneficiary,
      long uses)
      implements LeaseRecalled {}

  /** Makes a lease with one use in it that the hold holds for already. */
  RemoteLease(
      RemoteMapping mapping,
      Hold hold,
      @Nullable HeldWord word,
      String holder,
      RecallListener listener) {
    this.attachment = mapping.attachment();
    this.access = mapping.access();
    this.hold = hold;
    this.word = word;
    this.holder = holder;
    this.listener = listener;
    this.state = new AtomicLong(ONE + (word == null ? 0 : OPEN));
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
  public String holder() {
    return holder;
  }

  @Override
  public boolean tryUse() {
    HeldWord its = word;
    long now;
    do {
      now = state.get();
      if (its == null || (now & OPEN) == 0) {
        return false;
      }
    } while (!state.compareAndSet(now, now + ONE));
    if (its.tryBegin()) {
      its.note(Thread.currentThread());
      return true;
    }
    long unused = state.addAndGet(-ONE);
    return false;
  }

  @Override
  public void endUse() {
    long now;
    do {
      now = state.get();
      if (now < ONE) {
        throw new IllegalStateException("no use of " + this + " goes on that could be ended");
      }
    } while (!state.compareAndSet(now, now - ONE));
    HeldWord its = word;
    if (its != null) {
      its.unnote(Thread.currentThread());
    }
    hold.end();
  }

  @Override
  public long uses() {
    return state.get() / ONE;
  }

  @Override
  public boolean isOpen() {
    HeldWord its = word;
    long now = state.get();
    return now >= ONE || ((now & OPEN) != 0 && its != null && its.isOpen());
  }

  @Override
  public void close() {
    long unused = state.getAndUpdate(now -> now & ~OPEN);
    HeldWord its = word;
    if (its != null) {
      its.forget(this);
    }
  }

  /** Tells the application, on a thread that may take its time, that the lease was asked back. */
  void recalled(Recall recall) {
    if ((state.getAndUpdate(now -> now & ~OPEN) & OPEN) == 0) {
      return; // It is closed, or has been asked back.
    }
    listener.recalled(
        new RemoteRecall(
            attachment.buffer().name(),
            attachment.device().name(),
            holder,
            access,
            generation(),
            LeaseRecalled.Cause.valueOf(recall.getReason()),
            Optional.of(recall.getDevice()).filter(name -> !name.isEmpty()),
            uses()));
  }

  @Override
  public ClosedException closed() {
    return Exceptions.closed("no use of " + this + " goes on");
  }

  @Override
  public String toString() {
    return "the lease of " + attachment + " by " + holder;
  }
}
