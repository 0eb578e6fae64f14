package dev.dmabroker;

import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Buffers that go round: a producer {@linkplain #acquire acquires} the next free one, fills and
 * {@linkplain EmptyFrame#submit submits} it, consumers {@linkplain StreamConsumer#take take} it and
 * release it, and it is free again when all have. Nobody has to know how many are needed: the
 * stream starts with what the devices declare ({@link
 * dev.dmabroker.spec.ConstraintsBuilder#camping}), grows when the producer would otherwise wait, up
 * to its limits or until the heaps have no more, and gives back what lay idle for a while. At the
 * limits the producer waits, which is not a failure.
 *
 * <p>Thread-safe, for any number of producing threads too. Not for implementation outside the
 * library.
 *
 * <p><b>Trust.</b> A device's {@linkplain DeviceSpec#group group} says whom it trusts; devices
 * without one trust each other. A frame is for the groups of the producer and of those consumers
 * that are there when its buffer is acquired. A buffer whose earlier contents were not for all of
 * them is overwritten with zeros first, or, where the CPU does not reach its memory, replaced by a
 * new one; a consumer of another group that comes later gets the frames whose buffers were acquired
 * after that.
 */
public interface BufferStream extends AutoCloseable {

  /** What the stream was made of. */
  StreamSpec spec();

  /** Whether frames flow. A hint: it may have changed before the caller looks. */
  State state();

  /** The stream's state now. */
  StreamState snapshot();

  // ---- Starting and stopping ----

  /**
   * Lets frames flow. The first start allocates the buffers that the producer and the consumers
   * have declared to need, in the calling thread, each allocation followed by at most the broker's
   * map timeout of waiting; a later one finds them there. Does nothing if the stream runs.
   *
   * @throws AllocationException if the heaps have less; nothing is kept then that was not there
   *     before
   * @throws BudgetExceededException if the producer's budget does not suffice; the same
   * @throws UnsatisfiableException if no heap suits the producer and the consumers
   * @throws IllegalArgumentException if the devices declare to need more buffers than the stream's
   *     limits allow
   * @throws BusyException if the stream is being stopped
   * @throws ClosedException if the stream or the broker is closed
   */
  void start();

  /** Stops, and lets consumers finish until the {@linkplain StreamSpec#stopDeadline deadline}. */
  void stop();

  /**
   * Returns every buffer to the stream and ends every mapping, and frees nothing. Whoever waits to
   * acquire is refused. Buffers that were acquired and not submitted are taken back at once, so the
   * producing device has to be stopped first; one that the CPU has a view of returns when its frame
   * is submitted, which is refused, or closed. What was submitted may be taken and released until
   * the deadline; what is still queued then is dropped. Each consumer learns of the stop once, by a
   * {@link StreamStoppedException} after the last frame. Frames that are still held then stay valid
   * until they are closed. A second stop waits for the first; a stopped stream stays as it is.
   *
   * @param deadline zero cancels at once
   * @throws OutstandingMappingsException if frames are still held at the deadline; it says by whom.
   *     The stream is stopped, and each buffer returns when it is released.
   * @throws WaitInterruptedException if interrupted; the rest is cancelled as at the deadline
   * @throws IllegalArgumentException if the deadline is negative
   */
  void stop(Duration deadline);

  /**
   * Stops, and gives the memory back. Frames that consumers hold keep theirs until they are closed.
   * A second call does nothing.
   *
   * @throws WaitInterruptedException if interrupted while stopping; the stream is closed all the
   *     same
   */
  @Override
  void close();

  // ---- The producer ----

  /** {@link #acquire(Duration)} with the broker's default timeout. */
  EmptyFrame acquire();

  /**
   * The next free buffer, mapped for the producer with {@link Access#OVERWRITE}. If there is none
   * the stream grows, in the background, and whatever comes first, a new buffer or a returned one,
   * is given out. Waits at most {@code timeout}, in the order of asking.
   *
   * @throws MapTimeoutException if no buffer was free in time; it says who holds them, and why
   *     there are no more
   * @throws StreamStoppedException if the stream is not started, or stopped meanwhile
   * @throws WaitInterruptedException if interrupted; nothing is acquired then
   * @throws MoveFailedException if the buffer has to move for the producer and cannot
   * @throws ClosedException if the stream or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  EmptyFrame acquire(Duration timeout);

  /**
   * A free buffer if there is one now that needs no waiting. If not, the stream grows in the
   * background.
   *
   * @throws StreamStoppedException if the stream is not started
   * @throws ClosedException if the stream or the broker is closed
   */
  Optional<EmptyFrame> tryAcquire();

  /**
   * The next free buffer, without parking any thread and without a deadline of its own ({@link
   * CompletableFuture#orTimeout} gives one). Completes exceptionally with what {@link
   * #acquire(Duration)} throws. Chained stages run on the broker's callback executor. If the future
   * was cancelled or completed by someone else, the buffer goes to the next who wants one;
   * cancelling answers false once the frame is there, which then has to be closed.
   */
  CompletableFuture<EmptyFrame> acquireAsync();

  // ---- The consumers ----

  /**
   * Attaches a consumer, which gets the frames that are submitted from now on. May be called at any
   * time; if the buffers lie where the device cannot reach them, they move one at a time, each when
   * it is idle if there is such a moment, while the stream runs.
   *
   * @param policy what happens to frames while the consumer is slow
   * @throws UnsatisfiableException if no heap suits the producer, the consumers and this one, or
   *     the counts of buffers that they declare contradict each other; nothing changes then
   * @throws PinnedException if a buffer is pinned where the device cannot reach it; the same
   * @throws IllegalArgumentException if the device belongs to another broker, or declares to hold
   *     more buffers than the stream's limits allow
   * @throws ClosedException if the stream, the device or the broker is closed
   */
  StreamConsumer consumer(Device device, StreamConsumer.Policy policy);

  /**
   * Frames as {@link Flow} items. Each subscriber is a consumer of its own, attached at {@code
   * subscribe} and detached when it cancels. It owns each frame that it is given and has to close
   * it. What it has requested is what it gets; what happens to other frames is the policy's to say.
   * Completed when the stream stops or closes; then the subscriber is detached and may subscribe
   * again.
   */
  Flow.Publisher<Frame> publisher(Device device, StreamConsumer.Policy policy);

  // ---- Single buffers ----

  /**
   * Takes one buffer out of the stream and destroys it: at once if it is free, otherwise once it is
   * released. The others go on. Does not block.
   *
   * @param index which; see {@link Frame#index}
   * @return false if there is no such buffer
   */
  boolean remove(int index);

  /** Whether frames flow. */
  enum State {
    /** Nothing is in flight but what consumers still hold. */
    STOPPED,
    /** Frames flow. */
    RUNNING,
    /** Consumers finish what was submitted. */
    STOPPING,
    /** Gone. */
    CLOSED
  }
}
