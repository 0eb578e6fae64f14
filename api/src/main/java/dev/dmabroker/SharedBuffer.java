package dev.dmabroker;

import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Optional;

/**
 * A buffer that devices share. It has memory from the first map (or {@link #prepare}) on, in a
 * place that every attached device reaches. Thread-safe. Not for implementation outside the broker.
 */
public interface SharedBuffer extends AutoCloseable {

  /** Given at export. */
  String name();

  /** What the buffer holds. */
  BufferSpec spec();

  /** Where the buffer is in its life. A hint: it may have changed before the caller looks. */
  State state();

  /** The name of the heap that the buffer's memory lies in now; empty while it has none. */
  Optional<String> heapName();

  /**
   * Declares that the device will use the buffer. If the buffer lies where the device cannot reach
   * it, a move begins in the background and the device's maps wait for it. Does not block.
   *
   * @throws UnsatisfiableException if no heap suits the devices attached and this one; nothing
   *     changes then
   * @throws PinnedException if the buffer is pinned, or was {@linkplain Broker#adopt adopted} in
   *     memory that stays, where the device cannot reach it; nothing changes then
   * @throws ClosedException if the buffer, the device or the broker is closed
   * @throws IllegalArgumentException if the device belongs to another broker
   */
  Attachment attach(Device device);

  /**
   * Makes sure that there is memory which every attached device reaches, so that the next map need
   * not wait and cannot fail for lack of it. Does what VIDIOC_REQBUFS and VIDIOC_PREPARE_BUF do for
   * a V4L2 queue. An allocation runs in the calling thread and is not bounded by the timeout; a
   * move in progress is waited for.
   *
   * @throws AllocationException if no heap that suits has memory
   * @throws UnsatisfiableException if no heap is large enough at all
   * @throws MapTimeoutException if a move did not end in time
   * @throws MoveFailedException if the move that is needed failed for good
   * @throws WaitInterruptedException if interrupted while waiting
   * @throws ClosedException if the buffer or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  void prepare(Duration timeout);

  /** {@link #prepare(Duration)} with the broker's default timeout. */
  void prepare();

  /**
   * Gives the memory back and with it the contents; the buffer and its attachments stay, and the
   * next map allocates anew, zeroed. New maps stall until the outstanding ones are closed.
   *
   * @throws MapTimeoutException if mappings were still out at the deadline; nothing has changed
   *     then and the contents are intact
   * @throws WaitInterruptedException if interrupted while waiting; nothing has changed then
   * @throws PinnedException if the buffer is pinned
   * @throws ClosedException if the buffer or the broker is closed
   * @throws WouldDeadlockException if the calling thread itself made a mapping that is still out
   * @throws IllegalArgumentException unless the timeout is positive
   */
  void evacuate(Duration timeout);

  /**
   * Like {@link #evacuate}, but fails at once instead of waiting, as VIDIOC_REQBUFS with a count of
   * 0 answers EBUSY while buffers are in use.
   *
   * @throws BusyException if the buffer is mapped, or being allocated or moved
   * @throws PinnedException if the buffer is pinned
   * @throws ClosedException if the buffer or the broker is closed
   */
  void unprepare();

  /**
   * Drops this reference. Attachments go on; the memory is given back when the last one is closed.
   * Never blocks; a second call does nothing.
   */
  @Override
  void close();

  /** Where a buffer is in its life. */
  enum State {
    /** No memory. */
    UNBACKED,
    /** The first memory is being allocated. */
    ALLOCATING,
    /** In its place, mappable. */
    RESIDENT,
    /** In its place, mappable, while memory elsewhere is being allocated. */
    PREPARING,
    /** New maps that write stall while outstanding ones are being closed and fences signal. */
    DRAINING,
    /** Nobody can write; the contents are being copied. Readers of the old place go on. */
    MOVING,
    /** Gone. */
    RELEASED
  }
}
