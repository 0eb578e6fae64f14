package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.Objects;

/**
 * A mapping that this client counts in a word. All that changes lies in the word: so the compiler
 * can do without the object where a mapping does not leave the method that made it.
 */
final class CountedMapping implements Mapping, HeldMemory {
  private final RemoteAttachment attachment;
  private final HeldWord word;
  private final long token;

  CountedMapping(RemoteAttachment attachment, HeldWord word, long token) {
    this.attachment = attachment;
    this.word = word;
    this.token = token;
  }

  /** The thread that has waited for it has it now. */
  void hand(Thread waiter) {
    word.note(waiter);
  }

  @Override
  public Access access() {
    return word.access();
  }

  @Override
  public boolean isOpen() {
    return word.isIn(token);
  }

  @Override
  public void close() {
    word.end(token);
  }

  @Override
  public void closeAfter(SyncFile fence) {
    if (!word.endAfter(token, fence)) {
      throw closed();
    }
    Fences.close(fence);
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    Objects.requireNonNull(holder, "holder");
    Objects.requireNonNull(listener, "listener");
    Lease lease = word.lease(token, holder, listener);
    if (lease == null) {
      throw closed();
    }
    return lease;
  }

  @Override
  public Memories.Use memory() {
    return word.memory();
  }

  @Override
  public boolean addView() {
    return word.addTo(token);
  }

  @Override
  public void endView() {
    word.endUse();
  }

  @Override
  public String toString() {
    return "the mapping of " + attachment + " with " + access();
  }
}
