package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.spec.Access;

/**
 * A lease of a mapping that the service granted without a word: it has the one use that it begins
 * with, as if it had been asked back from the first.
 */
final class OneUseLease implements Lease, HeldMemory {
  private final MessageHold hold;
  private final String holder;
  private boolean used = true;

  OneUseLease(MessageHold hold, String holder) {
    this.hold = hold;
    this.holder = holder;
  }

  @Override
  public String holder() {
    return holder;
  }

  @Override
  public Access access() {
    return hold.access();
  }

  @Override
  public boolean tryUse() {
    return false;
  }

  @Override
  public void endUse() {
    synchronized (this) {
      if (!used) {
        throw new IllegalStateException("no use of " + this + " goes on that could be ended");
      }
      used = false;
    }
    hold.endUse();
  }

  @Override
  public synchronized long uses() {
    return used ? 1 : 0;
  }

  @Override
  public synchronized boolean isOpen() {
    return used;
  }

  @Override
  public void close() {
    // No use begins anyway.
  }

  @Override
  public Memories.Use memory() {
    return hold.memory();
  }

  @Override
  public synchronized boolean addView() {
    if (used) {
      hold.addUse();
    }
    return used;
  }

  @Override
  public void endView() {
    hold.endUse();
  }

  @Override
  public String toString() {
    return "the lease by " + holder + ", which has one use";
  }
}
