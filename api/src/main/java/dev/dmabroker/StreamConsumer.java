package dev.dmabroker;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One device that reads a stream's frames. Thread-safe; if several threads take, each frame goes to
 * one of them. Not for implementation outside the library.
 */
public interface StreamConsumer extends AutoCloseable {

  /** {@return the device that reads the frames} */
  Device device();

  /** {@return what happens to frames while the consumer is slow} */
  Policy policy();

  /**
   * Takes a frame as {@link #take(Duration)} does, with the broker's default timeout.
   *
   * @return the frame, which the caller closes
   */
  Frame take();

  /**
   * Takes the next frame, mapped with {@link Access#READ}. Blocks for at most {@code timeout} until
   * a frame is submitted and its buffer lies where the device reaches it; the stream need not be
   * started. If the map fails, the frame stays in the queue.
   *
   * @param timeout how long to wait at most; positive
   * @return the frame, which the caller closes
   * @throws WaitTimeoutException if there was no frame in time
   * @throws StreamStoppedException if the stream is stopped or being stopped, and the frames that
   *     were submitted before have been taken or dropped. Every take is refused then, at once,
   *     until the stream is started again; threads that wait are told too. If no take was refused
   *     before the stream was started again, the next one is, so that no stop goes unnoticed. A
   *     consumer that was attached after the stop waits for the start instead.
   * @throws WaitInterruptedException if the thread is interrupted while it waits; nothing is taken
   *     then
   * @throws MoveFailedException if the buffer has to move for the device and cannot
   * @throws LeftOutException if the device is dispensable and is left out now, or if the stream
   *     goes on without this consumer, which did not answer in its time ({@link
   *     StreamSpec.Builder#dispensable}); it may attach to the stream anew
   * @throws ClosedException if the consumer, the stream or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  Frame take(Duration timeout);

  /**
   * Takes the next frame if there is one now that needs no waiting. Does not block.
   *
   * @return the frame, or empty if there is none
   * @throws StreamStoppedException as {@link #take(Duration)}
   * @throws LeftOutException if the stream goes on without this consumer
   * @throws ClosedException if the consumer, the stream or the broker is closed
   */
  Optional<Frame> tryTake();

  /**
   * Takes the next frame without parking any thread and without a deadline of its own ({@link
   * CompletableFuture#orTimeout} gives one). The future completes exceptionally with what {@link
   * #take(Duration)} throws. Chained stages run on the broker's callback executor. If the
   * application cancels or completes the future itself, the frame stays in the queue. {@link
   * CompletableFuture#cancel} answers false once the frame is there; the frame then has to be
   * closed.
   *
   * @return the future frame
   */
  CompletableFuture<Frame> takeAsync();

  /**
   * Takes the next frame as {@link #takeAsync()} does, with a deadline: after {@code timeout} the
   * future completes with the {@link WaitTimeoutException} that {@link #take(Duration)} throws.
   *
   * @param timeout how long to wait at most; positive
   * @return the future frame
   * @throws IllegalArgumentException unless the timeout is positive
   */
  CompletableFuture<Frame> takeAsync(Duration timeout);

  /**
   * Detaches the consumer: frames that are queued for it are released, and threads that wait in
   * {@link #take} are refused. Frames that the consumer holds stay valid until they are closed.
   * Never blocks; a second call does nothing.
   */
  @Override
  void close();

  /** What happens to frames that a consumer has not taken yet. */
  enum Policy {
    /** Every frame is queued; when all buffers are in use, the producer waits. */
    EVERY_FRAME,
    /**
     * Only the latest frame is kept; others are dropped and counted. Even the latest is dropped if
     * the producer has no other buffer and the stream cannot grow. So this consumer holds up the
     * producer only by the frames that it holds.
     */
    LATEST
  }
}
