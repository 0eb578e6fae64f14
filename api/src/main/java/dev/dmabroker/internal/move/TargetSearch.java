package dev.dmabroker.internal.move;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The search of a move for memory that suits all devices. The search runs while the pipeline does,
 * and starts over if a device attaches meanwhile that the memory does not suit.
 */
final class TargetSearch {
  /** How often the search starts over while devices come and go, so that it ends. */
  private static final int MAX_RENEGOTIATIONS = 16;

  private final Movable buffer;
  private final Relocation move;
  private final ContentsCopy contents;

  /** How the buffer leaves a heap where it suits; null if a device needs the move. */
  private final @Nullable Leaving leaving;

  private int negotiations;

  /** Memory that was found, until the move takes it over or it is given back. */
  private @Nullable Place found;

  /** The version of the devices that the last memory was sought for. */
  private int soughtFor;

  /** What the move does with memory that the search has found. */
  enum Arrival {
    /** No mapping writes, and none will: the copy is next. */
    DRAINED,
    /** The move waits: the close of the last mapping, or a deadline, leads on. */
    WAITING,
    /** A device has attached that the memory does not suit; other memory has to be found. */
    STALE,
    /** The move is not wanted any more. */
    CANCELLED
  }

  TargetSearch(Movable buffer, Relocation move, ContentsCopy contents, @Nullable Leaving leaving) {
    this.buffer = buffer;
    this.move = move;
    this.contents = contents;
    this.leaving = leaving;
  }

  /**
   * Finds and populates memory, and hands it to the move.
   *
   * @return whether the copy is next
   */
  boolean run() {
    try {
      return seek();
    } catch (NoTurnException e) {
      if (move.isOptional()) { // It is not worth a wait.
        move.rollBack(String.valueOf(e.getMessage()), e);
      } else {
        e.awaitTurn(buffer.services().workers()::execute, move::prepare);
      }
      return false;
    }
  }

  /** Gives back memory that was found, and that the move has not taken over. */
  void drop() {
    Place dropped = found;
    if (dropped != null) {
      dropped.release(); // If there is no stack for that, it stays, and is dropped later.
      found = null;
    }
  }

  private boolean seek() throws NoTurnException {
    drop(); // What is left of a search that was cut short.
    while (negotiations < MAX_RENEGOTIATIONS) {
      Attachments.Users users = users();
      if (users == null) {
        return false;
      }
      Optional<String> here = Optional.of(contents.from().heap().name());
      Place candidate =
          buffer.allocate(users.devices(), here, leaving == null ? null : leaving.departure());
      found = candidate;
      negotiations++;
      if (contents.areCopiedTo(candidate) && !move.isOptional()) {
        Workers workers = buffer.services().workers();
        workers.executePreparation(() -> move.step(() -> getReady(candidate, users)));
        return false;
      }
      Arrival arrival = arrive(candidate, users);
      if (arrival != Arrival.STALE) {
        return arrival == Arrival.DRAINED;
      }
    }
    move.rollBack("devices kept attaching while memory was sought", null);
    return false;
  }

  /**
   * Goes on with memory that was found, on a thread of the mover's: its preparation may take long,
   * and the workers have other buffers to find memory for.
   *
   * @return whether the copy is next
   */
  private boolean getReady(Place candidate, Attachments.Users users) {
    Arrival arrival = arrive(candidate, users);
    if (arrival == Arrival.STALE) {
      buffer.services().workers().execute(move::prepare);
    }
    return arrival == Arrival.DRAINED;
  }

  /** The devices to find memory for, or null if the move is not needed any more. */
  private Attachments.@Nullable Users users() {
    return buffer
        .lock()
        .locked(
            after -> {
              if (!buffer.isUnderWay(State.PREPARING)) {
                return null;
              }
              if (buffer.isOver() || !move.isNeeded()) {
                move.callOff(after);
                return null;
              }
              return buffer.attachments().users();
            });
  }

  /**
   * Shows memory that was found to the move, which decides what becomes of it. Memory that is of no
   * use is given back.
   */
  private Arrival arrive(Place candidate, Attachments.Users users) {
    try {
      contents.prepare(candidate);
    } catch (HeapException e) {
      drop();
      move.rollBack("preparing the copy failed: " + e.getMessage(), e);
      return Arrival.WAITING;
    }
    Arrival arrival =
        buffer
            .lock()
            .locked(
                after -> {
                  soughtFor = users.version();
                  if (isStale(candidate)) {
                    return stale(after);
                  }
                  if (!isWanted(candidate, after)) {
                    return Arrival.CANCELLED;
                  }
                  after.undo(() -> found = candidate);
                  found = null;
                  return takenOver(candidate, after);
                });
    drop(); // If it is of no use.
    return arrival;
  }

  /**
   * The memory does not suit. A move that only one heap is the target of has no other to find: a
   * device needs the buffer where it lies, or somewhere else.
   */
  private Arrival stale(AfterLock after) {
    if (leaving == null || leaving.seeksAnew()) {
      return Arrival.STALE;
    }
    move.callOff(after);
    return Arrival.CANCELLED;
  }

  /** Hands memory to the move, unless the move is called off in that step. */
  private Arrival takenOver(Place candidate, AfterLock after) {
    Arrival arrival = move.arrived(candidate, after);
    if (arrival == Arrival.CANCELLED) {
      found = candidate;
    }
    return arrival;
  }

  /** Whether other memory has to be found, as devices or contents have changed. Under the lock. */
  boolean isStale(Place candidate) {
    Attachments attachments = buffer.attachments();
    return (soughtFor != attachments.version() && !attachments.isSuited(candidate))
        || !contents.fits(candidate);
  }

  /** Whether the move is still wanted; otherwise it is called off. Under the lock. */
  boolean isWanted(Place candidate, AfterLock after) {
    boolean wanted = !buffer.isOver() && move.isNeeded();
    if (wanted && !move.isOptional() && !buffer.attachments().isSuited(candidate)) {
      buffer.leaveOut(candidate.leftOut(), after);
      wanted = move.isNeeded(); // Otherwise it serves no device that is not served here.
    }
    if (wanted && move.isOptional() && !contents.from().isIdle()) {
      wanted = false; // The buffer is used again, so it stays.
    }
    if (!wanted) {
      move.callOff(after);
    }
    return wanted;
  }
}
