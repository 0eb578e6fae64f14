package dev.dmabroker.internal.move;

import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.Attachments;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.gate.Recall;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.StateLock;
import dev.dmabroker.internal.services.Services;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A buffer as one {@linkplain Relocation move} of it sees it: everything that a move may ask of the
 * buffer or do to it. Every method is called under {@link #lock}, except {@link #allocate}.
 */
public interface Movable {
  String name();

  StateLock lock();

  Services services();

  Attachments attachments();

  /**
   * Gets memory for these devices. It is not called under the lock, as it asks heaps.
   *
   * @param departure the heap to leave, and where to go; null if a device needs the memory
   * @throws NoTurnException if this is a worker that has to wait for its turn at a heap
   */
  Place allocate(
      List<RegisteredDevice> devices, Optional<String> currentHeap, @Nullable Departure departure)
      throws NoTurnException;

  // ---- Looking ----

  /** Whether this move is still the one that the buffer has under way. */
  boolean isUnderWay();

  /** Whether this move is still under way, and the buffer is in that state. */
  boolean isUnderWay(State in);

  /** Whether no application can use the buffer any more. */
  boolean isOver();

  /** Whether no device needs a move. */
  boolean isSettled();

  // ---- Taking turns with other buffers ----

  /** Whether the buffer moves in turn with others. */
  boolean takesTurns();

  /** Whether the buffer may move now; otherwise its turn will come later. */
  boolean beginTurn(AfterLock after);

  /** Tells that the buffer waits for an idle moment. Buffers with a waiter may go first. */
  void lingerInTurn(AfterLock after);

  // ---- Doing ----

  /** Returns the reason to ask leases back that are in the way of this move. */
  Recall recall(AfterLock after);

  /** No mapping may come in to write from now on: the move waits for those that are in. */
  void becomeDraining();

  /** The contents are copied from now on. */
  void becomeMoving();

  /** Leaves out these devices, and no other device. */
  void leaveOut(List<? extends Participant> devices, AfterLock after);

  /**
   * Whether the first request in the queue is about to overwrite the contents in the new place.
   * That request is granted in the step of {@link #moved}, and cannot give up any more.
   */
  boolean claimOverwriter(Place target, AfterLock after);

  /** A use that the move made of the memory has ended. */
  void advance(AfterLock after);

  /** The contents are at the target. */
  void moved(Place target, AfterLock after);

  /** The move is not needed any more. */
  void calledOff(AfterLock after);

  /** The move was rolled back. */
  void failed(String reason, @Nullable Throwable why, List<Holder> holders, AfterLock after);
}
