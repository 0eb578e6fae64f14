package dev.dmabroker.internal.buffer;

import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.move.Movable;
import dev.dmabroker.internal.move.Relocation;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.StateLock;
import dev.dmabroker.internal.services.Services;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One move of a buffer, as it changes the buffer. {@link Relocation} decides what happens and when;
 * this class does it to the {@link BufferLife}. All methods run under the buffer's lock, except
 * {@link #allocate}.
 */
final class Moving implements Movable {
  private final BufferLife life;

  /** How the buffer leaves a heap where it suits; null if a device needs the move. */
  private final @Nullable Departure departure;

  private final Relocation relocation;

  /** The device that needs the move, or what gains from it if none does. */
  private final String beneficiary;

  /** Granted together with the move; claimed, so that it cannot give up. */
  private Queued.@Nullable Overwriting overwriter;

  private Moving(
      BufferLife life,
      BufferMove.Cause cause,
      String beneficiary,
      int attempt,
      @Nullable Departure departure) {
    this.life = life;
    this.beneficiary = beneficiary;
    this.departure = departure;
    this.relocation = new Relocation(this, life.resident(), cause, beneficiary, attempt, departure);
  }

  /** Has a change that throws put back what it does to the move. */
  void keep(AfterLock after) {
    Queued.Overwriting overwriter = this.overwriter;
    after.undo(() -> this.overwriter = overwriter);
    relocation.keep(after);
  }

  // ---- Beginning ----

  /** Starts a move if a device needs one. */
  static void seek(BufferLife life, AfterLock after) {
    AttachedDevice unsuited =
        life.place == null ? null : life.attachments.firstUnsuited(life.place);
    if (!life.isResident()
        || unsuited == null
        || life.isPinned()
        || !life.retries.mayStart()
        || !mayBegin(life, after)) {
      return;
    }
    BufferMove.Cause cause = life.resident().isExposed() ? BufferMove.Cause.TRUST : life.moveCause;
    String device = unsuited.device().name();
    Moving moving = new Moving(life, cause, device, life.retries.begin(), null);
    life.moving = moving;
    life.become(State.PREPARING);
    after.then(() -> life.services().workers().execute(moving.relocation::prepare));
  }

  /**
   * In RESIDENT: starts a move out of the heap where the buffer lies, unless the buffer is used
   * again.
   */
  static Relocation outOf(BufferLife life, Departure departure) {
    Moving moving = new Moving(life, departure.cause(), departure.beneficiary(), 1, departure);
    life.moving = moving;
    life.become(State.PREPARING);
    return moving.relocation;
  }

  /** The rest after a failed move is over: tries again if a device still needs a move. */
  private static void retry(BufferLife life) {
    life.lock.reportOnTime(
        after -> {
          life.retries.rested();
          if (life.isResident() && !Ending.releaseIfOver(life, after)) {
            seek(life, after);
          }
        });
  }

  /**
   * Heaps have joined the broker: a move that rests or was given up begins anew, and devices that
   * were left out may be served. A buffer that needs no move stays.
   */
  static void heapsJoined(BufferLife life) {
    life.lock.report(
        after -> {
          if (!life.isResident() || Ending.isOver(life)) {
            return;
          }
          life.retries.rested();
          life.retries.startOver();
          LeavingOut.renegotiate(life, after);
          seek(life, after);
        });
  }

  // ---- Turns ----

  /** Whether it is this buffer's turn. A buffer with waiters goes ahead of others. */
  private static boolean mayBegin(BufferLife life, AfterLock after) {
    if (life.queue.isShared()) {
      // Or the turn would never end.
      after.undo(() -> after.then(() -> life.services().workers().execute(() -> turnBack(life))));
    }
    return life.queue.begin(life, !life.requests.isEmpty());
  }

  @Override
  public boolean takesTurns() {
    return life.queue.isShared();
  }

  @Override
  public boolean beginTurn(AfterLock after) {
    return mayBegin(life, after);
  }

  @Override
  public void lingerInTurn(AfterLock after) {
    // A buffer with waiters keeps its turn.
    if (life.requests.isEmpty()) {
      passTurn(life, life.queue::linger, after);
    }
  }

  /** The buffer does not move any more, so the turn of another buffer may have come. */
  static void endTurn(BufferLife life, AfterLock after) {
    passTurn(life, life.queue::end, after);
  }

  /**
   * Lets the buffer that has the turn now begin, on a worker, as that takes the other buffer's
   * lock.
   */
  private static void passTurn(
      BufferLife life, Function<BufferLife, @Nullable BufferLife> pass, AfterLock after) {
    if (!life.queue.isShared()) {
      return;
    }
    BufferLife[] next = new BufferLife[1];
    // The queue is not this buffer's alone, so the turn stays passed even if the change is undone.
    after.undo(() -> giveTurn(life, next[0], after));
    next[0] = pass.apply(life);
    giveTurn(life, next[0], after);
  }

  private static void giveTurn(BufferLife life, @Nullable BufferLife next, AfterLock after) {
    if (next != null) {
      after.then(() -> life.services().workers().execute(() -> takeTurn(next)));
    }
  }

  /** A change that may have taken the turn was undone: gives it away, and asks for it again. */
  private static void turnBack(BufferLife life) {
    life.lock.report(
        after -> {
          if (life.moving == null) {
            endTurn(life, after);
            seek(life, after);
          }
        });
  }

  /** The turn has come: begins a move, goes on with one that lingered, or passes the turn on. */
  private static void takeTurn(BufferLife life) {
    life.lock.report(
        after -> {
          seek(life, after);
          if (life.moving == null) {
            endTurn(life, after);
          } else {
            life.moving.relocation.takeTurn(after);
          }
        });
  }

  // ---- What the buffer asks of its move ----

  boolean isOptional() {
    return relocation.isOptional();
  }

  /** Whether no mapping writes any more. */
  boolean isDrained() {
    return relocation.isDrained();
  }

  /**
   * Whether memory elsewhere was found: then, in PREPARING, the move waits for a moment to stall.
   */
  boolean hasTarget() {
    return relocation.hasTarget();
  }

  /** A mapping was closed: the move checks whether it waited for that. */
  void advanceMove(AfterLock after) {
    relocation.advance(after);
  }

  /** The buffer ends, and its move with it. */
  void cancel(AfterLock after) {
    relocation.cancel(after);
  }

  // ---- What the move asks of the buffer ----

  @Override
  public String name() {
    return life.name;
  }

  @Override
  public StateLock lock() {
    return life.lock;
  }

  @Override
  public Services services() {
    return life.services();
  }

  @Override
  public Attachments attachments() {
    return life.attachments;
  }

  @Override
  public Place allocate(
      List<RegisteredDevice> devices, Optional<String> currentHeap, @Nullable Departure departure)
      throws NoTurnException {
    return life.search.run(devices, currentHeap, departure);
  }

  @Override
  public boolean isUnderWay() {
    return life.moving == this;
  }

  @Override
  public boolean isUnderWay(State in) {
    return life.moving == this && life.state() == in;
  }

  @Override
  public boolean isOver() {
    return Ending.isOver(life);
  }

  @Override
  public boolean isSettled() {
    return life.isSettled();
  }

  // ---- What the move does to the buffer ----

  @Override
  public Recall recall(AfterLock after) {
    return departure == null
        ? Recall.forMove(beneficiary, after)
        : Recall.forDeparture(departure, after);
  }

  @Override
  public void becomeDraining() {
    life.become(State.DRAINING);
  }

  @Override
  public void becomeMoving() {
    life.become(State.MOVING);
  }

  @Override
  public void leaveOut(List<? extends Participant> devices, AfterLock after) {
    LeavingOut.leaveOut(life, devices, after);
  }

  @Override
  public boolean claimOverwriter(Place target, AfterLock after) {
    // Claimed, it cannot give up any more: the old contents go only if it writes new ones.
    overwriter =
        life.requests.first().map(first -> first.claimToOverwrite(target, after)).orElse(null);
    return overwriter != null;
  }

  @Override
  public void advance(AfterLock after) {
    life.advance(after);
  }

  @Override
  public void moved(Place target, AfterLock after) {
    if (overwriter != null) {
      // Let in before others are served: one of them may want the memory given back.
      overwriter.admit(after);
    }
    Place old = life.resident();
    life.place = target;
    life.generation = target.generation();
    leaveOut(target.leftOut(), after);
    end(after);
    life.retries.startOver();
    life.lastFailure = null;
    BufferMove event =
        relocation.event(life.generation, Optional.empty(), Duration.ZERO, List.of());
    life.moves = life.moves.with(event);
    // The devices that are attached now are told, after the lock is released.
    List<AttachedDevice> told = life.attachments.copy();
    // No mapping reads the old place once a mapping writes to the new one: all gates are shut
    // before the first one is opened. And no mapping comes in any more once it is checked which are
    // in.
    life.attachments.shutGates(old, recall(after));
    life.retire(old, after);
    after.then(() -> told.forEach(attachment -> attachment.tellMoved(event.generation())));
    life.tell(after, listener -> listener.moved(event));
    after.then(life.supplies.rebalancer()::stir); // The heap is fuller now.
    life.settle(after);
    if (overwriter != null) {
      overwriter.grant(after);
    }
  }

  @Override
  public void calledOff(AfterLock after) {
    end(after);
    life.retries.startOver();
    life.settle(after);
  }

  @Override
  public void failed(
      String reason, @Nullable Throwable why, List<Holder> holders, AfterLock after) {
    MoveFailedException failure = relocation.failure(reason, holders, why);
    boolean counts = !isOptional(); // Otherwise no request waits for it, and it is not tried again.
    Duration backOff = counts ? life.retries.failed() : Duration.ZERO;
    boolean gaveUp = counts && life.retries.gaveUp();
    end(after);
    BufferMove event = relocation.event(life.generation, Optional.of(reason), backOff, holders);
    after.then(() -> life.services().moveLog().rolledBack(failure, gaveUp));
    life.tell(after, listener -> listener.moveRolledBack(event));
    // A move that no device needs does not count: the buffer may move for a device at once.
    if (!counts) {
      life.retries.startOver();
      life.settle(after);
      return;
    }
    life.moves = life.moves.with(event);
    life.lastFailure = failure;
    if (!gaveUp) {
      after.then(
          () -> {
            Future<?> unused = life.services().workers().schedule(backOff, () -> retry(life));
          });
    }
    life.settle(after);
    if (life.retries.gaveUp() && life.isResident()) {
      // In any other state something is under way that may still serve them.
      life.requests.fail(after, request -> true, failure);
    }
  }

  /** Ends the move, wherever the buffer lies now, and the turn with it. */
  private void end(AfterLock after) {
    life.moving = null;
    life.become(State.RESIDENT);
    after.then(life.search::trimReservation);
    endTurn(life, after);
  }
}
