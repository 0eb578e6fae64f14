package dev.dmabroker;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One device that reads a stream's frames. Thread-safe; several threads that take share the frames.
 * Not for implementation outside the library.
 */
public interface StreamConsumer extends AutoCloseable {

  /** Who reads. */
  Device device();

  /** What happens to frames while the consumer is slow. */
  Policy policy();

  /** {@link #take(Duration)} with the broker's default timeout. */
  Frame take();

  /**
   * The next frame, mapped with {@link Access#READ}. Waits at most {@code timeout} for one to be
   * submitted, started or not, and for its buffer to be where the device reaches it. If that fails
   * the frame stays in the queue.
   *
   * @throws MapTimeoutException if there was none in time
   * @throws StreamStoppedException once after each stop of the stream, when the frames that were
   *     submitted before have been taken or dropped
   * @throws WaitInterruptedException if interrupted; nothing is taken then
   * @throws MoveFailedException if the buffer has to move for the device and cannot
   * @throws LeftOutException if the device is dispensable and is left out now
   * @throws ClosedException if the consumer, the stream or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  Frame take(Duration timeout);

  /**
   * The next frame if there is one now that needs no waiting.
   *
   * @throws StreamStoppedException as {@link #take(Duration)}
   * @throws ClosedException if the consumer, the stream or the broker is closed
   */
  Optional<Frame> tryTake();

  /**
   * The next frame, without parking any thread and without a deadline of its own ({@link
   * CompletableFuture#orTimeout} gives one). Completes exceptionally with what {@link
   * #take(Duration)} throws. Chained stages run on the broker's callback executor. If the future
   * was cancelled or completed by someone else, the frame stays in the queue; cancelling answers
   * false once the frame is there, which then has to be closed.
   */
  CompletableFuture<Frame> takeAsync();

  /**
   * Detaches: what is queued for it is released, and who waits is refused. Frames that are held
   * stay valid until they are closed. Never blocks; a second call does nothing.
   */
  @Override
  void close();

  /** What happens to frames that a consumer has not taken yet. */
  enum Policy {
    /** They are queued, and in the end the producer waits. */
    EVERY_FRAME,
    /**
     * Only the latest is kept; others are dropped and counted. Even that one is dropped if the
     * producer has no other buffer and the stream cannot grow. So such a consumer holds up the
     * producer by the frames that it holds alone.
     */
    LATEST
  }
}
