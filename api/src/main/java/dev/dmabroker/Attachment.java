package dev.dmabroker;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One device's declared interest in one buffer. Thread-safe. Not for implementation outside the
 * broker.
 */
public interface Attachment extends AutoCloseable {

  /** The device that is attached. */
  Device device();

  /** The buffer that it is attached to. */
  SharedBuffer buffer();

  /** Maps with the broker's default timeout; see {@link #map(Access, Duration)}. */
  Mapping map(Access access);

  /**
   * Gives the device the right to use the buffer until the mapping is closed. Allocates memory if
   * there is none; the allocation runs in the calling thread and is not bounded by the timeout.
   * Waits while the buffer moves, at most {@code timeout}; a READ mapping of a place that suits the
   * device does not wait for that, and keeps the old place with the contents as they were. A
   * settled buffer is mapped without a lock.
   *
   * @throws AllocationException if no heap that suits has memory
   * @throws MapTimeoutException if the buffer was not there in time; the text says who holds it
   * @throws MoveFailedException if the move that this device needs failed for good
   * @throws PinnedException if the move that this device needs cannot be, as others have pinned the
   *     buffer
   * @throws WouldDeadlockException if the wait could only end after the calling thread's own
   *     mapping is closed, directly or by way of threads that wait in turn
   * @throws LeftOutException if the device is dispensable and is left out now
   * @throws UndeclaredAccessException if the device did not declare the access
   * @throws WaitInterruptedException if interrupted while waiting; nothing is mapped then
   * @throws ClosedException if the attachment or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  Mapping map(Access access, Duration timeout);

  /**
   * Maps if that needs no waiting and no allocation.
   *
   * @return empty if the buffer has no memory yet or is on the move
   * @throws UndeclaredAccessException if the device did not declare the access
   * @throws ClosedException if the attachment or the broker is closed
   */
  Optional<Mapping> tryMap(Access access);

  /**
   * Maps as soon as possible without parking any thread; requests that wait are served in the order
   * in which they were made. Completes exceptionally with what {@link #map(Access, Duration)}
   * throws, after the broker's default map timeout at the latest. Chained stages run on the
   * broker's callback executor. If the future was cancelled or completed by someone else, the
   * mapping is closed again; cancelling answers false once the map has been granted or refused.
   *
   * <p>Who would wait for itself is told so at once: a thread that joins the future while the map
   * needs its own mapping closed, and a chain whose {@code thenCompose} maps what needs the mapping
   * closed that it was given. Where someone else closes that, {@code thenComposeAsync} makes no
   * such assumption.
   */
  CompletableFuture<Mapping> mapAsync(Access access);

  /** Pins with the broker's default timeout; see {@link #pin(Duration)}. */
  Pin pin();

  /**
   * Keeps the buffer where it is until the pin is closed. Allocates memory if there is none, as
   * {@link #map(Access, Duration)} does, and waits until the buffer lies where this device reaches
   * it, at most {@code timeout}.
   *
   * @throws AllocationException if no heap that suits has memory
   * @throws MapTimeoutException if the buffer was not there in time
   * @throws MoveFailedException if the move that this device needs failed for good
   * @throws PinnedException if others have pinned the buffer where this device cannot reach it
   * @throws WouldDeadlockException if the wait could only end after the calling thread's own
   *     mapping is closed
   * @throws LeftOutException if the device is dispensable and is left out now
   * @throws WaitInterruptedException if interrupted while waiting; nothing is pinned then
   * @throws ClosedException if the attachment or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  Pin pin(Duration timeout);

  /**
   * Whether this device, which is dispensable, is not served because the others could not be served
   * with it. Mapping fails then. That may change when a device attaches or detaches.
   */
  boolean isLeftOut();

  /**
   * Calls {@code listener} after each move with the new generation: what the importer cached for an
   * older one is stale. Called without a lock, from the thread that did the move; what it throws is
   * logged. One listener an attachment; a later call replaces it.
   */
  void onMove(Consumer<Long> listener);

  /**
   * Detaches. A mapping that is out stays valid and is waited for by moves until it is closed.
   * Never blocks; a second call does nothing.
   */
  @Override
  void close();
}
