package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move a buffer, from the search for memory to its end. Each step that changes the
 * buffer does so under the buffer's lock, and only while the buffer still has this attempt under
 * way; what takes time runs without the lock, on the broker's workers.
 *
 * <pre>
 * prepare        memory elsewhere is found, populated and mapped; maps go on
 * arrived        in a convoy: waits for a moment in which nobody writes; maps go on
 * stall          gates let in readers only; who writes is waited for, until the deadline
 * drained        dead contents: published. Otherwise the kernel's fences are waited for, until then too
 * copy           beside readers
 * publish        the buffer lies in the new place; the old one is given back after its last reader
 * </pre>
 *
 * <p>Any failure, and the deadline, lead to {@link #rollBack}: the old place, which nobody has
 * written to since the copy began, never ceased to be the buffer's.
 */
final class Relocation {
  /** Devices may come and go while memory is found; not for ever. */
  private static final int MAX_RENEGOTIATIONS = 16;

  private final BufferLife buffer;
  private final Place from;
  private final BufferMove.Cause cause;
  private final String beneficiary;
  private final int attempt;

  /** The heap to leave, for the sake of others; -1 if the buffer itself has to move. */
  private final int vacated;

  private final MoveTimes times;
  private int negotiations;
  private int soughtFor;
  private @Nullable Place target;
  private @Nullable Future<?> deadline;
  private volatile boolean awaitsFence; // The poller may end it.
  private boolean impatient;

  private Relocation(
      BufferLife buffer,
      Place from,
      BufferMove.Cause cause,
      String beneficiary,
      int attempt,
      int vacated) {
    this.beneficiary = beneficiary;
    this.vacated = vacated;
    this.buffer = buffer;
    this.from = from;
    this.cause = cause;
    this.attempt = attempt;
    this.times = new MoveTimes(buffer.services().time());
  }

  /** To where every device reaches it. */
  static Relocation towards(
      BufferLife buffer, Place from, BufferMove.Cause cause, String beneficiary, int attempt) {
    return new Relocation(buffer, from, cause, beneficiary, attempt, /* vacated= */ -1);
  }

  /** Out of the heap where it lies, unless it is used. */
  static Relocation outOf(BufferLife buffer, Place from, String beneficiary) {
    return new Relocation(
        buffer, from, BufferMove.Cause.ROOM, beneficiary, /* attempt= */ 1, from.heapNumber());
  }

  /** Whether it makes room for others: then nobody waits for it, and it is not tried again. */
  boolean makesRoom() {
    return vacated >= 0;
  }

  // ---- Before the stall ----

  /** What becomes of memory that was found. */
  private enum Arrival {
    /** Nobody writes, and nobody will: go on. */
    DRAINED,
    /** Whoever leaves last, or a deadline, goes on. */
    WAITING,
    /** A device has attached that it does not suit; find other. */
    STALE,
    /** The move is not wanted any more. */
    CANCELLED
  }

  /** Finds and populates memory while the pipeline runs, then begins the stall. */
  void prepare() {
    try {
      while (negotiations++ < MAX_RENEGOTIATIONS) {
        Attachments.Users users = users();
        if (users == null) {
          return;
        }
        Place candidate =
            buffer.allocate(users.devices(), Optional.of(from.heap().name()), vacated);
        switch (arrive(candidate, users)) {
          case DRAINED -> {
            awaitFences();
            return;
          }
          case WAITING -> {
            return;
          }
          case STALE -> candidate.release();
          case CANCELLED -> {
            candidate.release();
            return;
          }
        }
      }
      rollBack("devices kept attaching while memory was sought", null);
    } catch (BrokerException e) {
      rollBack(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      rollBack("preparing threw " + e, e);
    }
  }

  /** The devices to find memory for, or null if the move is not needed any more. */
  private Attachments.@Nullable Users users() {
    return buffer.locked(
        after -> {
          if (!isUnderWay(State.PREPARING)) {
            return null;
          }
          if (buffer.isOver() || !isNeeded()) {
            callOff(after);
            return null;
          }
          return buffer.attachments.users();
        });
  }

  private Arrival arrive(Place candidate, Attachments.Users users) {
    try {
      if (from.isWritten() && canCopyTo(candidate)) {
        buffer.services().settings().mover().prepare(job(candidate));
      }
    } catch (HeapException e) {
      candidate.release();
      rollBack("preparing the copy failed: " + e.getMessage(), e);
      return Arrival.WAITING;
    } catch (RuntimeException | Error e) {
      candidate.release();
      throw e;
    }
    return buffer.locked(
        after -> {
          soughtFor = users.version();
          if (isStale(candidate)) {
            return Arrival.STALE;
          }
          if (!isWanted(candidate, after)) {
            return Arrival.CANCELLED;
          }
          target = candidate;
          if (!buffer.isInConvoy() || makesRoom()) {
            return stall(after);
          }
          return linger(after);
        });
  }

  private boolean isStale(Place candidate) {
    Attachments attachments = buffer.attachments;
    return (soughtFor != attachments.version() && !attachments.isSuited(candidate))
        || !canCopyTo(candidate);
  }

  /** Otherwise it is called off. */
  private boolean isWanted(Place candidate, AfterLock after) {
    boolean wanted = !buffer.isOver() && isNeeded();
    if (wanted && !makesRoom() && !buffer.attachments.isSuited(candidate)) {
      buffer.leaveOut(candidate.leftOut(), after);
      wanted = isNeeded(); // Otherwise it serves nobody who is not served here.
    }
    if (wanted && makesRoom() && !from.isIdle()) {
      wanted = false; // It is used again: no idle buffer any more.
    }
    if (!wanted) {
      callOff(after);
    }
    return wanted;
  }

  /**
   * Waits for a moment in which nobody writes, while everybody may; whoever leaves comes by {@link
   * #advance}. Not for ever, as such a moment need not come.
   */
  private Arrival linger(AfterLock after) {
    buffer.attachments.openGates(from, Attachments.Opening.WATCHED);
    Duration hold = longestHold();
    if (!from.hasWriters()) {
      return stall(after);
    }
    expireAfter(hold, this::patienceExpired);
    buffer.lingerInTurn(after);
    return Arrival.WAITING;
  }

  private void patienceExpired() {
    buffer.onTime(
        after -> {
          if (isUnderWay(State.PREPARING) && isLingering()) {
            impatient = true;
            stallLater(after);
          }
        });
  }

  /** It gave its turn away while it lingered, and has it again. */
  void takeTurn(AfterLock after) {
    if (buffer.state != State.PREPARING || !isLingering()) {
      return;
    }
    if (impatient || !from.hasWriters()) {
      stallLater(after);
    } else if (!callOffIfNotNeeded(after)) {
      buffer.lingerInTurn(after);
    }
  }

  /** Whether it still serves somebody who is not served here. */
  private boolean isNeeded() {
    return makesRoom() || !buffer.isSettled();
  }

  /** PREPARING, with a target: whether it was called off. */
  private boolean callOffIfNotNeeded(AfterLock after) {
    if (isNeeded()) {
      return false;
    }
    after.then(target()::release);
    callOff(after);
    return true;
  }

  /**
   * PREPARING, with a target: begins the stall, unless the target has become useless, or it is
   * another's turn.
   */
  private void stallLater(AfterLock after) {
    if (callOffIfNotNeeded(after) || !buffer.beginTurn()) {
      return;
    }
    Place candidate = target();
    cancelDeadline();
    if (isStale(candidate)) {
      target = null;
      buffer.attachments.openGates(from, Attachments.Opening.OPEN);
      after.then(candidate::release);
      after.then(() -> buffer.services().workers().execute(this::prepare));
    } else if (!isWanted(candidate, after)) {
      after.then(candidate::release);
    } else if (stall(after) == Arrival.DRAINED) {
      after.wake(() -> buffer.services().workers().executeCopy(this::awaitFences));
    }
  }

  // ---- The stall ----

  private Arrival stall(AfterLock after) {
    if (makesRoom()) {
      buffer.attachments.shutGates();
      if (!from.isIdle()) {
        callOff(after); // It is used again: no idle buffer any more.
        return Arrival.CANCELLED;
      }
    } else {
      buffer.attachments.openGates(from, Attachments.Opening.TO_READERS);
    }
    buffer.state = State.DRAINING;
    times.startStall();
    // Asked before it is looked who is in: whoever is still in then was asked too.
    Duration hold = longestHold();
    if (!from.hasWriters()) {
      return endDrain(after) ? Arrival.WAITING : Arrival.DRAINED;
    }
    drainFor(hold);
    return Arrival.WAITING;
  }

  /** Of those who write; of all, if those who do come only after it is looked. */
  private Duration longestHold() {
    Duration ofWriters = from.longestHoldOfWriters();
    return ofWriters.isZero() ? buffer.attachments.longestHold() : ofWriters;
  }

  private void drainFor(Duration hold) {
    times.mayDrainFor(hold);
    expireAfter(hold, () -> drainExpired(hold));
  }

  /** Somebody left: see whether that was waited for. Under the lock. */
  void advance(AfterLock after) {
    if (target == null) {
      return;
    }
    if (buffer.state == State.PREPARING) {
      if (!from.hasWriters() || !isNeeded()) {
        stallLater(after);
      }
    } else if (buffer.state == State.DRAINING
        && !times.isDrained()
        && !from.hasWriters()
        && !endDrain(after)) {
      after.wake(() -> buffer.services().workers().executeCopy(this::awaitFences));
    }
  }

  /** Nobody writes any more. True if that was all, as nothing has to be copied. */
  private boolean endDrain(AfterLock after) {
    times.endDrain();
    return publishIfDead(after);
  }

  private void drainExpired(Duration hold) {
    buffer.onTime(
        after -> {
          deadline = null;
          if (!isUnderWay(State.DRAINING)) {
            return;
          }
          if (!times.isDrained() && !from.hasWriters()) {
            advance(after); // The last has just left, and is about to say so.
          } else {
            String what =
                awaitsFence
                    ? "a fence of the kernel had not signalled "
                    : times.isDrained() ? "the copy had not begun " : "mappings were still out ";
            rollBack(what + hold.toMillis() + " ms after new ones were stalled", null, after);
          }
        });
  }

  /** Nobody writes any more, but devices may still be at work that the kernel knows of. */
  private void awaitFences() {
    try {
      FencePoller poller = buffer.services().fences().poller();
      // Without a poller the copy itself waits for them, in the kernel.
      Optional<SyncFile> fence = poller == null ? Optional.empty() : pendingFence();
      if (poller == null || fence.isEmpty()) {
        copy();
      } else if (!mayAwaitFence()) {
        poller.discard(fence.get());
      } else {
        await(poller, fence.get());
      }
    } catch (HeapException e) {
      rollBack("a fence of the kernel could not be waited for: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      rollBack("waiting for fences threw " + e, e);
    }
  }

  /** Keeps the memory while it is asked: the buffer may end, or the move be rolled back. */
  private Optional<SyncFile> pendingFence() throws HeapException {
    boolean wanted =
        buffer.locked(
            after -> {
              if (!isUnderWay(State.DRAINING)) {
                return false;
              }
              from.beginUse();
              return true;
            });
    if (!wanted) {
      return Optional.empty();
    }
    try {
      return from.backing().pendingFence(Access.READ);
    } finally {
      buffer.locked(
          after -> {
            from.endUse();
            buffer.advance(after);
            return null;
          });
    }
  }

  private boolean mayAwaitFence() {
    return buffer.locked(
        after -> {
          if (!isUnderWay(State.DRAINING)) {
            return false;
          }
          awaitsFence = true;
          if (deadline == null) {
            drainFor(buffer.attachments.longestHold());
          }
          return true;
        });
  }

  private void await(FencePoller poller, SyncFile fence) throws HeapException {
    try {
      // What the work behind it came to is its users' concern: the contents move as they are.
      poller.watch(
          fence,
          errno -> {
            awaitsFence = false;
            buffer.services().workers().executeCopy(this::copy);
          });
    } catch (HeapException | RuntimeException | Error e) {
      poller.discard(fence);
      throw e;
    }
  }

  /** Copies while nobody writes, then lets the pipeline go on in the new place. */
  private void copy() {
    try {
      if (!beginCopy()) {
        return;
      }
      long start = buffer.services().time().nanos();
      long bytes = buffer.services().settings().mover().copy(job(target()));
      times.copied(bytes, buffer.services().time().nanos() - start);
      buffer.locked(
          after -> {
            if (isUnderWay(State.MOVING)) {
              target().markWritten();
              buffer.moved(this, after);
            }
            return null;
          });
    } catch (HeapException e) {
      rollBack("copying failed: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      rollBack("copying threw " + e, e);
    }
  }

  private boolean beginCopy() {
    return buffer.locked(
        after -> {
          if (!isUnderWay(State.DRAINING)) {
            return false;
          }
          cancelDeadline();
          times.endFences();
          if (!canCopyTo(target())) {
            rollBack("it was written while memory in another format was sought", null, after);
            return false;
          }
          buffer.state = State.MOVING;
          return true;
        });
  }

  private Mover.Copy job(Place to) {
    return new Mover.Copy(from.backing(), from.layout(), to.backing(), to.layout());
  }

  /** Contents are copied, not converted: and they may have come since the target was sought. */
  private boolean canCopyTo(Place candidate) {
    if (!from.isWritten() || from.layout().image().isEmpty()) {
      return true;
    }
    var image = from.layout().image().get();
    return candidate
        .layout()
        .image()
        .filter(it -> it.format() == image.format() && it.modifier() == image.modifier())
        .isPresent();
  }

  // ---- Ends; all under the lock ----

  /**
   * Publishes without a copy if the contents are dead: never written, or about to be overwritten by
   * the first in the queue, who is granted that in the same step.
   */
  private boolean publishIfDead(AfterLock after) {
    Request overwriter = null;
    if (from.isWritten()) {
      Request first = buffer.requests.first().orElse(null);
      // Claimed, it cannot give up any more: the old contents go only if it writes new ones.
      if (first == null
          || !first.overwrites()
          || !first.mapper().suits(target())
          || !first.claim()) {
        return false;
      }
      overwriter = first;
    }
    cancelDeadline();
    times.endFences(); // Nobody has to wait for them.
    // Let in before others are served: one of them may want the memory given back.
    BufferMapping granted =
        overwriter == null ? null : overwriter.mapper().admitTo(target(), overwriter);
    buffer.moved(this, after);
    if (overwriter != null) {
      overwriter.grant(after, granted);
    }
    return true;
  }

  /** PREPARING: the move is not needed any more. */
  private void callOff(AfterLock after) {
    cancelDeadline();
    buffer.moveCalledOff(after);
  }

  /** The buffer ends, and with it the move. */
  void cancel(AfterLock after) {
    cancelDeadline();
    if (target != null) {
      after.then(target::release);
    }
  }

  private void rollBack(String reason, @Nullable Throwable cause) {
    buffer.locked(
        after -> {
          rollBack(reason, cause, after);
          return null;
        });
  }

  private void rollBack(String reason, @Nullable Throwable why, AfterLock after) {
    if (buffer.relocation != this) {
      return;
    }
    cancelDeadline();
    List<Holder> holders =
        buffer.state == State.DRAINING && !times.isDrained() ? writers() : List.of();
    if (target != null) {
      after.then(target::release);
    }
    buffer.moveFailed(this, reason, why, holders, after);
  }

  /** Who holds up the drain; readers do not. */
  private List<Holder> writers() {
    List<Holder> holders = new ArrayList<>();
    from.addHolders(buffer.name, buffer.services().time().nanos(), holders);
    holders.removeIf(holder -> !holder.access().writes());
    return holders;
  }

  private boolean isUnderWay(State in) {
    return buffer.relocation == this && buffer.state == in;
  }

  private void expireAfter(Duration time, Runnable then) {
    deadline = buffer.services().workers().schedule(time, then);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  // ---- What others ask ----

  /** Prepared, and waiting for a moment to begin the stall; if in PREPARING. */
  boolean isLingering() {
    return target != null;
  }

  /** Whether nobody writes any more. */
  boolean isDrained() {
    return times.isDrained();
  }

  Place target() {
    if (target == null) {
      throw new IllegalStateException("no target yet");
    }
    return target;
  }

  /** What those are told who need the move, or who ran into a timeout waiting for it. */
  MoveFailedException failure(String reason, List<Holder> holders, @Nullable Throwable why) {
    return Exceptions.moveFailed(
        "cannot move "
            + buffer.name
            + " out of "
            + from.heap().name()
            + (target == null ? "" : " to " + target.heap().name())
            + (makesRoom() ? " to make room for " : " for ")
            + beneficiary
            + ": "
            + reason
            + (holders.isEmpty() ? "" : ", outstanding=" + Holder.describe(holders))
            + " (attempt "
            + attempt
            + " of "
            + buffer.services().settings().maxMoveAttempts()
            + "); it is where it was, with its contents",
        holders,
        why);
  }

  /** What happened, for listeners; called when the stall, if there was one, has just ended. */
  BufferMove report(
      long generation, Optional<String> failure, Duration backOff, List<Holder> holders) {
    long now = buffer.services().time().nanos();
    return new EventRecords.BufferMove(
        buffer.name,
        from.heap().name(),
        Optional.ofNullable(target).map(place -> place.heap().name()),
        cause,
        beneficiary,
        generation,
        attempt,
        buffer.services().settings().maxMoveAttempts(),
        from.layout().sizeBytes(),
        times.copiedBytes(),
        target == null ? 0 : target.sizeBytes(),
        times.prepare(now),
        times.stall(now),
        times.drain(now),
        times.deadline(),
        times.copy(),
        backOff,
        failure,
        holders);
  }
}
