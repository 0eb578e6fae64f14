package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.remote.internal.wire.Recall;
import dev.dmabroker.spec.Access;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A lease of a service's buffer, with a word of its own. Its uses are counted here as well, so that
 * it ends no more of them than it has begun.
 */
final class RemoteLease implements Lease, HeldMemory {
  private static final long OPEN = 1;
  private static final long ONE = 2;

  private final RemoteAttachment attachment;
  private final Access access;
  private final Memories.Use memory;
  private final HeldWord word;
  private final String holder;
  private final RecallListener listener;

  /** Whether uses may begin as far as this lease goes, and how many are in. */
  private final AtomicLong state = new AtomicLong(OPEN + ONE);

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

  /** Makes a lease with one use in it that the word counts already. */
  RemoteLease(
      RemoteAttachment attachment,
      Access access,
      Memories.Use memory,
      HeldWord word,
      String holder,
      RecallListener listener) {
    this.attachment = attachment;
    this.access = access;
    this.memory = memory;
    this.word = word;
    this.holder = holder;
    this.listener = listener;
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
    long now;
    do {
      now = state.get();
      if ((now & OPEN) == 0) {
        return false;
      }
    } while (!state.compareAndSet(now, now + ONE));
    if (word.tryUse()) {
      word.note(Thread.currentThread());
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
    word.endUse();
  }

  @Override
  public long uses() {
    return state.get() / ONE;
  }

  @Override
  public boolean isOpen() {
    long now = state.get();
    return now >= ONE || ((now & OPEN) != 0 && word.isOpen());
  }

  @Override
  public void close() {
    if ((state.getAndUpdate(now -> now & ~OPEN) & OPEN) != 0) {
      word.leaseClosed();
    }
  }

  @Override
  public Memories.Use memory() {
    return memory;
  }

  @Override
  public boolean addView() {
    long now;
    do {
      now = state.get();
      if (now < ONE) {
        return false;
      }
    } while (!state.compareAndSet(now, now + ONE));
    word.addUse();
    return true;
  }

  @Override
  public void endView() {
    endUse();
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
  public String toString() {
    return "the lease of " + attachment + " by " + holder;
  }
}
