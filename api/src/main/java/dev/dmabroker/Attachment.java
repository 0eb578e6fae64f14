package dev.dmabroker;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The declared interest of one device in one buffer: the device maps and pins the buffer through
 * its attachment. Thread-safe. Not for implementation outside the broker.
 */
public interface Attachment extends AutoCloseable {

  /** {@return the device that is attached} */
  Device device();

  /** {@return the buffer that the device is attached to} */
  SharedBuffer buffer();

  /**
   * Maps the buffer with the broker's default timeout; see {@link #map(Access, Duration)}.
   *
   * @param access the access that the device asks for
   * @return the mapping, which the caller closes
   */
  Mapping map(Access access);

  /**
   * Gives the device the right to use the buffer until the mapping is closed. If the buffer has no
   * memory, the call allocates it; the allocation runs in the calling thread, and the timeout does
   * not bound it. While the buffer moves, the call blocks for at most {@code timeout}. A READ
   * mapping of a place that suits the device does not wait for the move; it keeps the old place
   * with the contents as they were. A buffer that is in its place and does not move is mapped
   * without a lock.
   *
   * @param access the access that the device asks for
   * @param timeout how long to wait at most; positive
   * @return the mapping, which the caller closes
   * @throws AllocationException if no heap that suits has memory
   * @throws BudgetExceededException if a budget that the buffer counts against does not suffice
   * @throws SearchLimitException if the alternatives and preferences of the attached devices have
   *     too many combinations, as may be after a device was detached
   * @throws WaitTimeoutException if the buffer was not mappable in time; the text names the holders
   * @throws MoveFailedException if the move that this device needs failed for good
   * @throws PinnedException if this device needs a move and other devices have pinned the buffer
   * @throws WouldDeadlockException if the wait could only end after the calling thread's own
   *     mapping is closed, directly or by way of threads that wait in turn
   * @throws LeftOutException if the device is dispensable and is left out now
   * @throws UndeclaredAccessException if the device did not declare the access
   * @throws WaitInterruptedException if the thread is interrupted while it waits; nothing is mapped
   *     then
   * @throws ClosedException if the attachment or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  Mapping map(Access access, Duration timeout);

  /**
   * Maps the buffer if that needs neither waiting nor an allocation. Does not block.
   *
   * @param access the access that the device asks for
   * @return empty if the buffer has no memory yet, or if a move of the buffer would make the map
   *     wait
   * @throws UndeclaredAccessException if the device did not declare the access
   * @throws ClosedException if the attachment or the broker is closed
   */
  Optional<Mapping> tryMap(Access access);

  /**
   * Maps the buffer as soon as possible without parking any thread. The broker serves requests that
   * wait in the order in which they were made. The future completes exceptionally with what {@link
   * #map(Access, Duration)} throws, after the broker's default map timeout at the latest. Chained
   * stages run on the broker's callback executor. If the application cancels or completes the
   * future itself before the map is granted, the broker closes the mapping again. {@link
   * CompletableFuture#cancel} answers false once the map has been granted or refused.
   *
   * <p>A request that could only wait for its own thread or chain is refused at once with {@link
   * WouldDeadlockException}. Two cases are found: a thread joins the future while the map needs a
   * mapping of that thread closed; and a function given to {@code thenCompose} maps a buffer while
   * that map needs the mapping closed that the function was given. If other code closes that
   * mapping, use {@code thenComposeAsync}, for which the broker does not assume this.
   *
   * @param access the access that the device asks for
   * @return the future mapping, which the caller closes
   */
  CompletableFuture<Mapping> mapAsync(Access access);

  /**
   * Maps the buffer as {@link #mapAsync(Access)} does, with a deadline of its own: after {@code
   * timeout} the future completes with the {@link WaitTimeoutException} that {@link #map(Access,
   * Duration)} throws, which names the holders. ({@link CompletableFuture#orTimeout} names none.)
   *
   * @param access the access that the device asks for
   * @param timeout how long to wait at most; positive
   * @return the future mapping, which the caller closes
   * @throws IllegalArgumentException unless the timeout is positive
   */
  CompletableFuture<Mapping> mapAsync(Access access, Duration timeout);

  /**
   * Pins the buffer with the broker's default timeout; see {@link #pin(Duration)}.
   *
   * @return the pin, which the caller closes
   */
  Pin pin();

  /**
   * Keeps the buffer where it is until the pin is closed. If the buffer has no memory, the call
   * allocates it, as {@link #map(Access, Duration)} does. The call then blocks for at most {@code
   * timeout} until the buffer lies where this device reaches it.
   *
   * @param timeout how long to wait at most; positive
   * @return the pin, which the caller closes
   * @throws AllocationException if no heap that suits has memory
   * @throws BudgetExceededException if a budget that the buffer counts against does not suffice
   * @throws SearchLimitException if the alternatives and preferences of the attached devices have
   *     too many combinations, as may be after a device was detached
   * @throws WaitTimeoutException if the buffer was not there in time
   * @throws MoveFailedException if the move that this device needs failed for good
   * @throws PinnedException if other devices have pinned the buffer where this device cannot reach
   *     it
   * @throws WouldDeadlockException if the wait could only end after the calling thread's own
   *     mapping is closed
   * @throws LeftOutException if the device is dispensable and is left out now
   * @throws WaitInterruptedException if the thread is interrupted while it waits; nothing is pinned
   *     then
   * @throws ClosedException if the attachment or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  Pin pin(Duration timeout);

  /**
   * {@return whether this device is left out: the device is dispensable, and the other devices
   * could not be served together with it} Mapping fails then. The answer may change when a device
   * attaches or detaches.
   */
  boolean isLeftOut();

  /**
   * Tells the listener each move of the buffer from now on, besides the listeners that are there
   * already. The listener is called on a daemon thread that calls the listeners at this device's
   * attachments and does nothing else, so it may take its time. Moves that follow while it does are
   * told as the last of them, and a move for which the JVM can make no thread with the next one.
   * The broker logs what the listener throws. Does not block.
   *
   * @param listener the listener
   * @return the subscription, for a listener that ends before the attachment does
   */
  Subscription onMove(MoveListener listener);

  /**
   * Makes a CPU view that keeps its address for as long as it is used, wherever the buffer moves.
   * Takes no memory and no addresses yet. Does not block.
   *
   * @param reservedBytes how many addresses are reserved at the first use; at least 1. The buffer's
   *     memory has to fit in, also after it moved for a device that needs longer rows. Addresses
   *     alone take no memory, so twice the size of the contents is a good choice.
   * @return the view, which the caller closes
   * @throws IllegalArgumentException if {@code reservedBytes} is not positive
   */
  FixedView fixedView(int reservedBytes);

  /**
   * Detaches the device. A mapping that is still open stays valid, and moves wait until it is
   * closed. Never blocks; a second call does nothing.
   */
  @Override
  void close();
}
