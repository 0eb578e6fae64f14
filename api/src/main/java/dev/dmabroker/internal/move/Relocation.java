package dev.dmabroker.internal.move;

import dev.dmabroker.BrokerException;
import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.gate.Gate;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.move.TargetSearch.Arrival;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move a buffer, from the search for memory to its end. Each step that changes the
 * buffer runs under the buffer's lock, and only while the buffer still has this attempt under way.
 * Work that takes time runs without the lock, on the broker's workers.
 *
 * <pre>
 * prepare        memory elsewhere is found, populated and mapped; maps go on ({@link TargetSearch})
 * arrived        a buffer of a set waits until no mapping writes; maps go on ({@link Lingering})
 * stall          gates let in readers only; the move waits for writers, until the deadline
 * drained        dead contents are published as they are; otherwise the move waits for the kernel's
 *                fences, until the deadline too ({@link FenceWait})
 * copy           the mover copies while readers go on ({@link ContentsCopy})
 * publish        the buffer lies in the new place; the old one is given back after its last reader
 * </pre>
 *
 * <p>Any failure, and the deadline, lead to {@link #rollBack}: the old place, which no mapping has
 * written to since the copy began, never ceased to be the buffer's.
 */
public final class Relocation {
  private final Movable buffer;
  private final Place from;
  private final @Nullable Leaving leaving;
  private final MoveTimes times;
  private final MoveReport report;
  private final ContentsCopy contents;
  private final TargetSearch search;
  private final FenceWait fences;
  private final Lingering lingering;
  private @Nullable Place target;
  final Deadline deadline;

  /** Whether a thread is copying. It writes this too, when it is done. */
  private volatile boolean copying;

  /**
   * Makes an attempt, which {@link #prepare} begins.
   *
   * @param departure how the buffer leaves a heap where it suits; null if a device needs the move
   */
  public Relocation(
      Movable buffer,
      Place from,
      BufferMove.Cause cause,
      String beneficiary,
      int attempt,
      @Nullable Departure departure) {
    Settings settings = buffer.services().settings();
    this.buffer = buffer;
    this.from = from;
    this.leaving = departure == null ? null : new Leaving(buffer, from, departure);
    this.deadline = new Deadline(buffer.services().workers());
    this.times = new MoveTimes(buffer.services().time());
    this.report =
        new MoveReport(
            buffer.name(), from, cause, beneficiary, attempt, settings.maxMoveAttempts(), times);
    this.contents = new ContentsCopy(from, settings.mover());
    this.search = new TargetSearch(buffer, this, contents, leaving);
    this.fences = new FenceWait(buffer, from);
    this.lingering = new Lingering(buffer, this, from);
  }

  /** Whether no device needs the move: no request waits for it, and it is not tried again. */
  public boolean isOptional() {
    return leaving != null;
  }

  /** Has a change that throws put back what it does to the move. Under the lock. */
  public void keep(AfterLock after) {
    Place target = this.target;
    after.undo(() -> this.target = target);
    deadline.keep(after);
    times.keep(after);
  }

  // ---- Before the stall ----

  /** Finds memory while the pipeline runs, then begins the stall. It may be called again. */
  public void prepare() {
    step(() -> isReadyToCopy() || search.run());
  }

  /** Takes a step before the stall, which tells whether the copy is next. */
  void step(BooleanSupplier step) {
    try {
      if (step.getAsBoolean()) {
        awaitFences();
      }
    } catch (Throwable e) {
      search.drop();
      rollBack(
          e instanceof BrokerException ? String.valueOf(e.getMessage()) : "preparing threw " + e,
          e);
    }
  }

  /** The search has found memory that suits: decides what comes next. Under the lock. */
  Arrival arrived(Place candidate, AfterLock after) {
    target = candidate;
    return buffer.takesTurns() && !isOptional() ? lingering.begin(after) : stall(after);
  }

  /** The buffer has its turn again, which it gave away while it lingered. Under the lock. */
  public void takeTurn(AfterLock after) {
    if (buffer.isUnderWay(State.PREPARING) && hasTarget()) {
      lingering.takeTurn(after);
    }
  }

  /** Whether the move still serves a device that is not served here. Under the lock. */
  boolean isNeeded() {
    return isOptional() || !buffer.isSettled();
  }

  /** In PREPARING, with a target: whether the move was called off, as no device needs it. */
  boolean callOffIfNotNeeded(AfterLock after) {
    if (isNeeded()) {
      return false;
    }
    after.giveBack(target()::release);
    callOff(after);
    return true;
  }

  /** With a target: begins the stall, if the target is still of use and it is the buffer's turn. */
  void stallLater(AfterLock after) {
    if (callOffIfNotNeeded(after) || !buffer.beginTurn(after)) {
      return;
    }
    Place candidate = target();
    deadline.cancel(after);
    if (search.isStale(candidate)) {
      target = null;
      buffer.attachments().openGates(from, Gate.Opening.OPEN);
      after.giveBack(candidate::release);
      after.then(() -> buffer.services().workers().execute(this::prepare));
    } else if (!search.isWanted(candidate, after)) {
      after.giveBack(candidate::release);
    } else if (stall(after) == Arrival.DRAINED) {
      awaitFencesLater(after);
    }
  }

  // ---- The stall; under the lock ----

  /** Stops new mappings that write, and begins the wait for those that are in. */
  Arrival stall(AfterLock after) {
    if (leaving != null) {
      if (!leaving.stopMappings(after)) {
        callOff(after); // The buffer is used again, so it stays.
        return Arrival.CANCELLED;
      }
    } else {
      buffer.attachments().narrowGates(from, Gate.Opening.TO_READERS, buffer.recall(after));
    }
    buffer.becomeDraining();
    times.startStall();
    // The hold is read before it is checked which mappings are in: a mapping that is still in at
    // the check counted for the hold, too.
    Duration hold = buffer.attachments().longestHold(from);
    if (!from.hasWriters()) {
      return endDrain(after) ? Arrival.WAITING : Arrival.DRAINED;
    }
    drainFor(hold, after);
    return Arrival.WAITING;
  }

  private void drainFor(Duration hold, AfterLock after) {
    deadline.set(times.mayDrainFor(hold), () -> drainExpired(hold), after);
  }

  /** A mapping was closed: checks whether the move waited for it. */
  public void advance(AfterLock after) {
    if (target == null) {
      return;
    }
    if (buffer.isUnderWay(State.PREPARING)) {
      if (!from.hasWriters() || !isNeeded()) {
        stallLater(after);
      }
    } else if (buffer.isUnderWay(State.DRAINING)
        && !times.isDrained()
        && !from.hasWriters()
        && !endDrain(after)) {
      awaitFencesLater(after);
    }
  }

  /** No mapping writes any more. True if the move is done, as nothing has to be copied. */
  private boolean endDrain(AfterLock after) {
    times.endDrain();
    return publishIfDead(after);
  }

  /** The deadline of the drain has passed: names what was in the way, and rolls back. */
  private void drainExpired(Duration hold) {
    buffer
        .lock()
        .reportOnTime(
            after -> {
              deadline.passed();
              if (!buffer.isUnderWay(State.DRAINING)) {
                return;
              }
              if (!times.isDrained() && !from.hasWriters()) {
                advance(after); // The last has just been closed, and is about to be reported.
              } else {
                String what =
                    fences.isPending()
                        ? "a fence of the kernel had not signalled "
                        : times.isDrained()
                            ? "the copy had not begun "
                            : "mappings were still out ";
                rollBack(what + hold.toMillis() + " ms after new ones were stalled", null, after);
              }
            });
  }

  // ---- Fences and the copy; without the lock ----

  private void awaitFencesLater(AfterLock after) {
    after.wake(() -> buffer.services().workers().executeCopy(this::awaitFences));
  }

  /** Whether the drain has ended, and the copy was not begun. */
  private boolean isReadyToCopy() {
    return buffer.lock().locked(after -> buffer.isUnderWay(State.DRAINING) && times.isDrained());
  }

  private void awaitFences() {
    try {
      fences.then(
          after -> {
            if (!deadline.isSet()) {
              drainFor(
                  leaving == null ? buffer.attachments().longestHold() : leaving.patience(), after);
            }
          },
          this::copy);
    } catch (HeapException e) {
      rollBack("a fence of the kernel could not be waited for: " + e.getMessage(), e);
    } catch (Throwable e) {
      rollBack("waiting for fences threw " + e, e);
    }
  }

  /** Copies while no mapping writes, then lets the pipeline go on in the new place. */
  private void copy() {
    boolean begun = false;
    try {
      begun = beginCopy();
      if (!begun) {
        return;
      }
      long start = times.now();
      long bytes = contents.copy(target());
      times.copied(bytes, times.now() - start);
      buffer
          .lock()
          .change(
              after -> {
                if (buffer.isUnderWay(State.MOVING)) {
                  target().markWritten();
                  buffer.moved(target(), after);
                }
              });
    } catch (HeapException e) {
      rollBack("copying failed: " + e.getMessage(), e);
    } catch (Throwable e) {
      rollBack("copying threw " + e, e);
    } finally {
      if (begun) {
        copying = false;
      }
    }
  }

  /** Whether the copy may begin: the move is still under way, and the contents still fit. */
  private boolean beginCopy() {
    return buffer
        .lock()
        .locked(
            after -> {
              if (buffer.isUnderWay(State.MOVING) && !copying) {
                rollBack("there was no stack or memory for the copy", null, after);
                return false; // The copier that had begun to copy begins again.
              }
              if (!buffer.isUnderWay(State.DRAINING)) {
                return false;
              }
              deadline.cancel(after);
              times.endFences();
              if (!contents.fits(target())) {
                rollBack("it was written while memory in another format was sought", null, after);
                return false;
              }
              buffer.becomeMoving();
              after.undo(() -> copying = false);
              copying = true;
              return true;
            });
  }

  // ---- Ends; all under the lock ----

  /** Publishes without a copy if the contents are dead: unwritten, or about to be overwritten. */
  private boolean publishIfDead(AfterLock after) {
    if (from.isWritten() && !buffer.claimOverwriter(target(), after)) {
      return false;
    }
    deadline.cancel(after);
    times.endFences(); // The contents do not depend on them.
    buffer.moved(target(), after);
    return true;
  }

  /** In PREPARING: the move is not needed any more. */
  void callOff(AfterLock after) {
    deadline.cancel(after);
    buffer.calledOff(after);
  }

  /** The buffer ends, and its move ends with it. */
  public void cancel(AfterLock after) {
    deadline.cancel(after);
    if (target != null) {
      after.giveBack(target::release);
    }
  }

  void rollBack(String reason, @Nullable Throwable why) {
    buffer.lock().report(after -> rollBack(reason, why, after));
  }

  /** Ends the attempt, unless it has ended: the buffer goes on in the old place. */
  private void rollBack(String reason, @Nullable Throwable why, AfterLock after) {
    if (!buffer.isUnderWay()) {
      return;
    }
    deadline.cancel(after);
    List<Holder> holders =
        buffer.isUnderWay(State.DRAINING) && !times.isDrained()
            ? from.writers(buffer.name(), times.now())
            : List.of();
    if (target != null) {
      after.giveBack(target::release);
    }
    buffer.failed(reason, why, holders, after);
  }

  // ---- What the buffer asks ----

  /** Whether memory was found: then, in PREPARING, the move waits for a moment to stall. */
  public boolean hasTarget() {
    return target != null;
  }

  /** Whether no mapping writes any more. */
  public boolean isDrained() {
    return times.isDrained();
  }

  private Place target() {
    return Objects.requireNonNull(target, "no target yet");
  }

  /** The exception for applications that need the move, or run into a timeout waiting for it. */
  public MoveFailedException failure(String reason, List<Holder> holders, @Nullable Throwable why) {
    return report.failure(target, reason, holders, why);
  }

  /** What happened, for listeners; called when the stall, if there was one, has just ended. */
  public BufferMove event(
      long generation, Optional<String> failure, Duration backOff, List<Holder> holders) {
    return report.event(target, generation, failure, backOff, holders);
  }
}
