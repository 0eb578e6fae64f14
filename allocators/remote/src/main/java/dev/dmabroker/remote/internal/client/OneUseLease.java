package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.spec.Access;

/**
 * A lease of a mapping that the service granted without a word: it has the one use that it begins
 * with, as if it had been asked back from the first.
 */
final class OneUseLease implements Lease, HeldMemory {
  private final MessageMapping mapping;
  private final String holder;
  private boolean used = true;

  OneUseLease(MessageMapping mapping, String holder) {
    this.mapping = mapping;
    this.holder = holder;
  }

  @Override
  public String holder() {
    return holder;
  }

  @Override
  public Access access() {
    return mapping.access();
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
    mapping.endView();
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
    return mapping.memory();
  }

  @Override
  public synchronized boolean addView() {
    return used && mapping.addUse();
  }

  @Override
  public void endView() {
    mapping.endView();
  }

  @Override
  public String toString() {
    return "the lease by " + holder + " of " + mapping;
  }
}
