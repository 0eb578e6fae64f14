package dev.dmabroker.internal.gate;

import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A taken slot of a gate. All that changes lies in the slot: so the compiler can do without the
 * object where a mapping does not leave the method that made it.
 */
public final class BufferMapping implements Mapping, UsedPlace {
  private final Gate gate;

  // The gate reads these.
  final Gate.Entrance entrance;
  final Slot slot;
  final long token;

  BufferMapping(Gate gate, Gate.Entrance entrance, Slot slot, long token) {
    this.gate = gate;
    this.entrance = entrance;
    this.slot = slot;
    this.token = token;
  }

  @Override
  public Access access() {
    return Slot.access(token);
  }

  @Override
  public boolean isOpen() {
    return slot.isTakenBy(token);
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    Objects.requireNonNull(holder, "holder");
    Objects.requireNonNull(listener, "listener");
    return lease(holder, listener, new OwnWord());
  }

  @Override
  public void close() {
    boolean unused = leave();
    report(); // Even if it has left before: there may have been no stack left for the report.
  }

  /** Makes a lease whose uses a word counts that the caller has made for it; closes this. */
  public BufferLease lease(String holder, RecallListener listener, UseWord uses) {
    return attachment().buffer().lease(this, holder, listener, uses);
  }

  /** Makes a lease with this mapping's use in it, beside the mapping. Under the buffer's lock. */
  public BufferLease lease(String holder, RecallListener listener, UseWord uses, AfterLock after) {
    Occupancy occupancy = entrance.occupancy();
    boolean open = gate.letsStand(occupancy, access());
    after.undo(uses::shut);
    BufferLease lease = new BufferLease(occupancy, access(), open, holder, listener, uses);
    occupancy.add(lease, after);
    return lease;
  }

  /** Frees the slot without a report: false if that has happened before. */
  public boolean leave() {
    return slot.leave(token);
  }

  @Override
  public void closeAfter(SyncFile fence) {
    closeAfter(fence, errno -> {});
  }

  /**
   * The same, and tells when the memory is no longer held, with what the fence signalled: from the
   * poller's thread, which must not be held up.
   */
  public void closeAfter(SyncFile fence, Consumer<OptionalInt> then) {
    if (!slot.fence(token)) {
      throw closed();
    }
    try {
      attachment()
          .buffer()
          .watchFence(
              this,
              fence,
              errno -> {
                leaveFenced();
                then.accept(errno);
              });
    } catch (Throwable e) {
      slot.unfence(token);
      throw e;
    }
    entrance.endFollowing();
  }

  /** From the poller's thread, which has other fences to see to. */
  private void leaveFenced() {
    if (slot.leaveFenced(token)) {
      gate.leftOnTime(entrance);
    }
  }

  /** The calling thread has got it now. */
  public void hand() {
    hand(Caller.current());
  }

  /** That caller has got it now. */
  public void hand(Object caller) {
    slot.hand(token, caller);
  }

  @Override
  public AttachedDevice attachment() {
    return entrance.occupancy().attachment();
  }

  @Override
  public Place place() {
    return entrance.place();
  }

  /** Tells that it has left, after {@link #leave}. */
  void report() {
    gate.left(entrance);
  }

  @Override
  public String toString() {
    return "the mapping of "
        + attachment().buffer().name()
        + " for "
        + attachment().device().name()
        + " in "
        + heapName();
  }
}
