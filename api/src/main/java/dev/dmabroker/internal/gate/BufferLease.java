package dev.dmabroker.internal.gate;

import dev.dmabroker.Holder;
import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Clock;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.runtime.StackReserve;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A lease: a mapping that stands while it is not used. It lies beside the slots of its {@link
 * Occupancy}, and counts there for as many mappings as uses go on, which its {@link UseWord} knows.
 * It is open only while the gate of its attachment lets its access in; a change that narrows the
 * gate asks it back. It is over once it was asked back or closed and its last use has ended.
 */
public final class BufferLease implements Lease, UsedPlace {
  /** How many calls may wait for a listener that does not return. */
  private static final int MOST_WAITING = 1024;

  private final Occupancy occupancy;
  private final Access access;
  private final String holder;
  private final RecallListener listener;
  private final UseWord uses;
  private final Clock clock;
  private final long madeNanos;

  /** Reports to the buffer. It is made before it is needed, when there may be no memory for it. */
  private final Runnable report;

  /** Threads of other processes that use the lease, and wait for something meanwhile. */
  private final List<Object> waiting = new CopyOnWriteArrayList<>();

  private volatile boolean closed;

  // Under the buffer's lock.

  /** Whether no use may begin, as far as the engine is concerned. */
  private boolean shut;

  /** How the lease was asked back; null if it was not. */
  private @Nullable LeaseRecalled recall;

  private long recalledNanos;

  /**
   * Makes a lease with one use in it.
   *
   * @param open whether further uses may begin
   * @param uses counts for no other lease
   */
  BufferLease(
      Occupancy occupancy,
      Access access,
      boolean open,
      String holder,
      RecallListener listener,
      UseWord uses) {
    AttachedDevice attachment = occupancy.attachment();
    this.occupancy = occupancy;
    this.access = access;
    this.holder = holder;
    this.listener = listener;
    this.clock = attachment.services().clock();
    this.madeNanos = clock.exact();
    this.uses = uses;
    this.shut = !open;
    this.report = attachment.buffer()::left;
    uses.start(open, madeNanos);
  }

  // ---- What the holder calls ----

  @Override
  public boolean tryUse() {
    long ticked = clock.ticked();
    return uses.tryBegin(ticked == 0 ? clock.exact() : ticked);
  }

  @Override
  public void endUse() {
    long seen;
    boolean reports;
    do {
      seen = uses.look();
      if (uses.count(seen) == 0) {
        throw new IllegalStateException("no use of " + this + " goes on that could be ended");
      }
      reports = !uses.isOpen(seen);
      if (reports) {
        StackReserve.require();
      }
    } while (!uses.tryEnd(seen));
    if (reports) { // No call stands between the end and its report, which must not be lost.
      Guarded.insist("the end of a lease's use", report);
    }
  }

  @Override
  public void close() {
    closed = true;
    uses.shut();
    Guarded.insist("the close of a lease", report);
  }

  @Override
  public boolean isOpen() {
    long seen = uses.look();
    return uses.isOpen(seen) || uses.count(seen) > 0;
  }

  @Override
  public long uses() {
    return uses.count(uses.look());
  }

  @Override
  public String holder() {
    return holder;
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public AttachedDevice attachment() {
    return occupancy.attachment();
  }

  @Override
  public Place place() {
    return occupancy.place();
  }

  // ---- What a service calls whose client counts the uses ----

  /** The client says that it has ended uses: reports that, if it may be waited for. */
  public void rung() {
    long seen = uses.look();
    if (!uses.isOpen(seen) && uses.count(seen) == 0) {
      Guarded.insist("the end of a lease's use", report);
    }
  }

  /**
   * Ends one of the uses; the memory stays until the fence has signalled, as {@link
   * BufferMapping#closeAfter(SyncFile)} says.
   *
   * @throws dev.dmabroker.FenceException as there; the use goes on then
   * @throws dev.dmabroker.ClosedException if no use goes on
   */
  public void endUseAfter(SyncFile fence) {
    BufferMapping beside = attachment().buffer().admitUse(this);
    try {
      beside.closeAfter(fence);
    } catch (RuntimeException | Error e) {
      beside.close();
      throw e;
    }
    endUse();
  }

  // ---- Threads that use it and wait, as far as they are known ----

  void addWaiting(Object caller) {
    waiting.add(caller);
  }

  void removeWaiting(Object caller) {
    waiting.remove(caller);
  }

  boolean isUsedBy(Object caller) {
    return waiting.contains(caller);
  }

  /** The threads that use it and wait. */
  List<Object> waiting() {
    return waiting;
  }

  // ---- What the buffer does; under its lock ----

  /** Whether no use goes on and none can begin. */
  boolean isOver() {
    return (shut || closed) && uses() == 0;
  }

  /** The lease is over, and the change that found that is made. */
  void end() {
    uses.end();
  }

  /** When the latest use began. */
  long lastUseNanos() {
    return uses.since();
  }

  /** Asks the lease back, unless that has been done or its holder has closed it. */
  void recall(Recall why) {
    if (shut || closed) {
      return;
    }
    AfterLock after = why.after();
    after.undo(this::reopen);
    recalledNanos = services().time().nanos();
    shut = true;
    uses.shut();
    LeaseRecalled event =
        new EventRecords.LeaseRecalled(
            attachment().buffer().name(),
            attachment().device().name(),
            holder,
            access,
            generation(),
            why.cause(),
            why.beneficiary(),
            uses());
    recall = event;
    after.then(() -> tell(event));
  }

  /** The change that asked the lease back is undone. */
  private void reopen() {
    recall = null;
    shut = false;
    if (!closed) {
      uses.open();
    }
    if (closed) { // Perhaps only now.
      uses.shut();
    }
  }

  private void tell(LeaseRecalled event) {
    Lane lane = attachment().device().lane();
    if (lane.waiting() >= MOST_WAITING || !lane.offer(() -> listener.recalled(event))) {
      EngineLog.LOG.log(
          Level.WARNING,
          "{0} is not told that its lease of {1} was asked back: its thread does not return from a"
              + " call, or none could be made",
          holder,
          event.buffer());
    }
    services().listeners().tell(each -> each.leaseRecalled(event));
  }

  /** The lease is over: tells that, if it was asked back. */
  void tellReturned(AfterLock after) {
    LeaseRecalled asked = recall;
    Listeners listeners = services().listeners();
    if (asked == null || listeners.isEmpty()) {
      return;
    }
    Duration took = Duration.ofNanos(Math.max(0, services().time().nanos() - recalledNanos));
    var event =
        new EventRecords.LeaseReturned(
            asked.buffer(),
            asked.device(),
            holder,
            access,
            asked.generation(),
            asked.cause(),
            took);
    after.then(() -> listeners.tell(each -> each.leaseReturned(event)));
  }

  private Services services() {
    return attachment().services();
  }

  /** The lease as one that holds the memory, for errors; null if it is not in use. */
  @Nullable Holder held(String buffer, long nowNanos) {
    long count = uses();
    return count == 0
        ? null
        : new StateRecords.Holder(
            buffer,
            attachment().device().name(),
            access,
            Duration.ofNanos(Math.max(0, nowNanos - uses.since())),
            holder,
            /* site= */ null,
            /* fenced= */ false,
            count);
  }

  boolean isInUse() {
    return uses() > 0;
  }

  LeaseState snapshot() {
    return new StateRecords.LeaseState(
        attachment().device().name(),
        holder,
        access,
        services().time().instant(madeNanos),
        generation(),
        uses(),
        !shut && !closed);
  }

  @Override
  public String toString() {
    return "the lease of "
        + attachment().buffer().name()
        + " for "
        + attachment().device().name()
        + " by "
        + holder;
  }
}
