package dev.dmabroker;

import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Optional;

/**
 * A buffer that devices share. It has memory from the first map (or {@link #prepare}) on, in a
 * place that every attached device reaches. Thread-safe. Not for implementation outside the broker.
 */
public interface SharedBuffer extends AutoCloseable {

  /** {@return the name that was given at export} */
  String name();

  /** {@return what the buffer holds} */
  BufferSpec spec();

  /**
   * {@return the state of the buffer} The answer is a hint: the state may change before the caller
   * looks at it.
   */
  State state();

  /**
   * {@return the name of the heap that the buffer's memory lies in now; empty while it has none}
   */
  Optional<String> heapName();

  /**
   * Attaches a device, which declares that the device will use the buffer. If the buffer lies where
   * the device cannot reach it, a move begins in the background, and the device's maps wait for the
   * move. Does not block. Where devices have alternatives or may be left out, the call searches for
   * the best combination; where no heap suits, it searches for the reason. Both searches are
   * bounded, and neither holds up other threads that use the buffer.
   *
   * @param device the device that will use the buffer
   * @return the attachment
   * @throws UnsatisfiableException if no heap suits the devices attached and this one; nothing
   *     changes then
   * @throws SearchLimitException if the alternatives and preferences of these devices have too many
   *     combinations; nothing changes then
   * @throws PinnedException if the buffer is pinned, or was {@linkplain Broker#adopt adopted} in
   *     memory that stays, where the device cannot reach it; nothing changes then
   * @throws ClosedException if the buffer, the device or the broker is closed
   * @throws IllegalArgumentException if the device belongs to another broker
   */
  Attachment attach(Device device);

  /**
   * Makes sure that the buffer has memory which every attached device reaches, so that the next map
   * need not wait and cannot fail for lack of memory. Does what VIDIOC_REQBUFS and
   * VIDIOC_PREPARE_BUF do for a V4L2 queue. An allocation runs in the calling thread, and the
   * timeout does not bound it. If a move is in progress, the call blocks for at most {@code
   * timeout}.
   *
   * @param timeout how long to wait at most; positive
   * @throws AllocationException if no heap that suits has memory
   * @throws BudgetExceededException if a budget that the buffer counts against does not suffice
   * @throws UnsatisfiableException if no heap is large enough at all
   * @throws SearchLimitException if the alternatives and preferences of the attached devices have
   *     too many combinations, as may be after a device was detached
   * @throws WaitTimeoutException if a move did not end in time
   * @throws MoveFailedException if the move that is needed failed for good
   * @throws PinnedException if a move is needed and the buffer is pinned
   * @throws WouldDeadlockException if the wait could only end after the calling thread's own
   *     mapping is closed
   * @throws WaitInterruptedException if the thread is interrupted while it waits
   * @throws ClosedException if the buffer or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  void prepare(Duration timeout);

  /** Prepares the buffer as {@link #prepare(Duration)} does, with the broker's default timeout. */
  void prepare();

  /**
   * Gives the memory back and with it the contents. The buffer and its attachments stay, and the
   * next map allocates new memory, filled with zeros. New maps wait until the open mappings are
   * closed; the call blocks for that, at most for {@code timeout}.
   *
   * @param timeout how long to wait at most; positive
   * @throws WaitTimeoutException if mappings were still open at the deadline; nothing has changed
   *     then and the contents are intact
   * @throws WaitInterruptedException if the thread is interrupted while it waits; nothing has
   *     changed then
   * @throws PinnedException if the buffer is pinned
   * @throws ClosedException if the buffer or the broker is closed
   * @throws WouldDeadlockException if the calling thread itself made a mapping that is still open
   * @throws IllegalArgumentException unless the timeout is positive
   */
  void evacuate(Duration timeout);

  /**
   * Gives the memory back as {@link #evacuate(Duration)} does, with the broker's default timeout.
   */
  void evacuate();

  /**
   * Gives the memory back as {@link #evacuate(Duration)} does if that needs no waiting. Does not
   * block.
   *
   * @return whether the buffer has no memory now; false if it is mapped, or is being allocated or
   *     moved, as VIDIOC_REQBUFS with a count of 0 answers EBUSY
   * @throws PinnedException if the buffer is pinned
   * @throws ClosedException if the buffer or the broker is closed
   */
  boolean tryEvacuate();

  /**
   * Drops this reference to the buffer. Attachments go on; the memory is given back when the last
   * attachment is closed. Never blocks; a second call does nothing.
   */
  @Override
  void close();

  /** The states of a buffer's life. */
  enum State {
    /** The buffer has no memory. */
    UNBACKED,
    /** The buffer's first memory is being allocated. */
    ALLOCATING,
    /** The buffer lies in its place and can be mapped. */
    RESIDENT,
    /**
     * The buffer lies in its place and can be mapped, while memory elsewhere is being allocated.
     */
    PREPARING,
    /** New maps that write wait while open mappings are being closed and fences signal. */
    DRAINING,
    /** The contents are being copied, and no mapping can write. Readers of the old place go on. */
    MOVING,
    /** The buffer has ended, and its memory is given back. */
    RELEASED
  }
}
