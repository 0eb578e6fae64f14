package dev.dmabroker;

import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A stream of buffers that go round between one producer and its consumers. The producer
 * {@linkplain #acquire acquires} the next free buffer, fills it and {@linkplain EmptyFrame#submit
 * submits} it. Consumers {@linkplain StreamConsumer#take take} it and release it, and the buffer is
 * free again when all of them have released it. The application does not have to know how many
 * buffers are needed: the stream starts with what the devices declare ({@link
 * dev.dmabroker.spec.ConstraintsBuilder#camping}), grows when the producer would otherwise wait, up
 * to its limits or until the heaps have no more memory, and gives back buffers that lay idle for a
 * while. At the limits the producer waits, which is not a failure.
 *
 * <p>Thread-safe, also for several producing threads. Not for implementation outside the library.
 *
 * <p><b>Trust.</b> A device trusts the devices of its {@linkplain DeviceSpec#group group}; devices
 * without a group trust each other. A frame is for the groups of the producer and of those
 * consumers that are attached when its buffer is acquired. If the earlier contents of a buffer were
 * not for all of these groups, the stream overwrites the buffer with zeros first, or, if the CPU
 * does not reach its memory, replaces the buffer with a new one, whose heap has to clear what it
 * gives. If a group that had the buffer earlier is not among these groups, the stream replaces the
 * buffer as well: a process of that group may have kept a descriptor, and would read on. A consumer
 * of another group that attaches later gets the frames whose buffers were acquired after that.
 */
public interface BufferStream extends AutoCloseable {

  /** {@return the spec that the stream was made from} */
  StreamSpec spec();

  /**
   * {@return whether frames flow} The answer is a hint: the state may change before the caller
   * looks at it.
   */
  State state();

  /** {@return the stream's state now} */
  StreamState snapshot();

  // ---- Starting and stopping ----

  /**
   * Lets frames flow. The first start allocates the buffers that the producer and the consumers
   * have declared to need, in the calling thread. After each allocation it blocks for at most the
   * broker's map timeout. A later start finds the buffers there. Does nothing if the stream runs.
   *
   * <p>Before that it waits for each {@linkplain StreamSpec.Builder#dispensable dispensable
   * consumer} that is not attached, for at most the time that the spec gives it, and then starts
   * without those that are missing. They may attach later, as any consumer may.
   *
   * @throws AllocationException if the heaps have less memory; buffers that this call allocated are
   *     given back then
   * @throws BudgetExceededException if the producer's budget does not suffice; buffers that this
   *     call allocated are given back then
   * @throws UnsatisfiableException if no heap suits the producer and the consumers
   * @throws SearchLimitException if the alternatives and preferences of these devices have too many
   *     combinations
   * @throws IllegalArgumentException if the devices declare to need more buffers than the stream's
   *     limits allow, or if the producer or its group has no budget, and there is one of a name
   *     that is probably mistyped ({@link BrokerBuilder#budget})
   * @throws BusyException if the stream is being stopped
   * @throws WaitInterruptedException if the thread is interrupted while it waits for a consumer;
   *     nothing has changed then
   * @throws ClosedException if the stream or the broker is closed
   */
  void start();

  /**
   * Stops the stream with the {@linkplain StreamSpec#stopDeadline deadline} of its spec; see {@link
   * #stop(Duration)}.
   */
  void stop();

  /**
   * Stops the stream: returns every buffer to it and ends every mapping, and frees no memory.
   * Blocks until consumers have released their frames, at most until the deadline.
   *
   * <ul>
   *   <li>A producer that waits to acquire is refused.
   *   <li>Buffers that were acquired and not submitted are taken back at once, so the application
   *       has to stop the producing device first. A buffer that the CPU has a view of returns when
   *       its frame is closed or submitted; the submission is refused.
   *   <li>Consumers may take and release what was submitted until the deadline; frames that are
   *       still queued then are dropped. After the last frame, all threads that take and all that
   *       come to take are told by a {@link StreamStoppedException}, without waiting for other
   *       consumers. Frames that consumers still hold at the deadline stay valid until they are
   *       closed.
   * </ul>
   *
   * <p>A second stop waits for the first; stopping a stopped stream does nothing.
   *
   * @param deadline how long consumers may finish; zero cancels at once
   * @throws OutstandingMappingsException if consumers still hold frames at the deadline; the text
   *     names them. The stream is stopped, and each buffer returns when it is released.
   * @throws WaitInterruptedException if the thread is interrupted while it waits; the rest is
   *     cancelled as at the deadline
   * @throws IllegalArgumentException if the deadline is negative
   */
  void stop(Duration deadline);

  /**
   * Stops the stream, and gives its memory back. Blocks as {@link #stop()} does. Frames that
   * consumers hold keep their memory until they are closed, and a buffer that the broker is just
   * making goes once its heap has answered. A second call does nothing.
   *
   * @throws WaitInterruptedException if the thread is interrupted while stopping; the stream is
   *     closed nevertheless
   */
  @Override
  void close();

  // ---- The producer ----

  /**
   * Acquires as {@link #acquire(Duration)} does, with the broker's default timeout.
   *
   * @return the frame to fill, which the caller submits or closes
   */
  EmptyFrame acquire();

  /**
   * Takes the next free buffer, mapped for the producer with {@link Access#OVERWRITE}. If no buffer
   * is free, the stream grows in the background, and the producer gets whatever comes first, a new
   * buffer or a returned one. Blocks for at most {@code timeout}; producers are served in the order
   * in which they asked.
   *
   * @param timeout how long to wait at most; positive
   * @return the frame to fill, which the caller submits or closes
   * @throws WaitTimeoutException if no buffer was free in time; the text names the holders, and
   *     says why there are no more buffers
   * @throws StreamStoppedException if the stream is not started, or is stopped meanwhile
   * @throws WaitInterruptedException if the thread is interrupted while it waits; nothing is
   *     acquired then
   * @throws MoveFailedException if the buffer has to move for the producer and cannot
   * @throws LeftOutException if the producer is dispensable and is left out now
   * @throws ClosedException if the stream or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   */
  EmptyFrame acquire(Duration timeout);

  /**
   * Takes a free buffer if there is one now that needs no waiting. If there is none, the stream
   * grows in the background. Does not wait for devices or heaps; the call may fill a buffer with
   * zeros when the trust rules above require it.
   *
   * @return the frame to fill, or empty if no buffer is free
   * @throws StreamStoppedException if the stream is not started
   * @throws ClosedException if the stream or the broker is closed
   */
  Optional<EmptyFrame> tryAcquire();

  /**
   * Takes the next free buffer without parking any thread and without a deadline of its own ({@link
   * CompletableFuture#orTimeout} gives one). The future completes exceptionally with what {@link
   * #acquire(Duration)} throws. Chained stages run on the broker's callback executor. If the
   * application cancels or completes the future itself, the buffer goes to the next request. {@link
   * CompletableFuture#cancel} answers false once the frame is there; the frame then has to be
   * closed.
   *
   * @return the future frame
   */
  CompletableFuture<EmptyFrame> acquireAsync();

  /**
   * Takes the next free buffer as {@link #acquireAsync()} does, with a deadline: after {@code
   * timeout} the future completes with the {@link WaitTimeoutException} that {@link
   * #acquire(Duration)} throws.
   *
   * @param timeout how long to wait at most; positive
   * @return the future frame
   * @throws IllegalArgumentException unless the timeout is positive
   */
  CompletableFuture<EmptyFrame> acquireAsync(Duration timeout);

  // ---- The consumers ----

  /**
   * Attaches a consumer, which gets the frames that are submitted from now on. May be called at any
   * time. If the buffers lie where the device cannot reach them, they move while the stream runs,
   * one at a time; each moves while it is idle if there is a moment when it is.
   *
   * @param device the device that reads the frames
   * @param policy what happens to frames while the consumer is slow
   * @return the consumer
   * @throws UnsatisfiableException if no heap suits the producer, the consumers and this device, or
   *     if the counts of buffers that they declare contradict each other; nothing changes then
   * @throws SearchLimitException if the alternatives and preferences of these devices have too many
   *     combinations; nothing changes then
   * @throws PinnedException if a buffer is pinned where the device cannot reach it; nothing changes
   *     then
   * @throws UndeclaredAccessException if the device did not declare that it reads
   * @throws BusyException if the stream went on without this device, which still holds frames from
   *     before
   * @throws IllegalArgumentException if the device belongs to another broker, or declares to hold
   *     more buffers than the stream's limits allow
   * @throws ClosedException if the stream, the device or the broker is closed
   */
  StreamConsumer consumer(Device device, StreamConsumer.Policy policy);

  /**
   * Publishes frames as {@link Flow} items. Each subscriber is a consumer of its own, attached at
   * {@code subscribe} and detached when it cancels. The subscriber owns each frame that it is given
   * and has to close it. A subscriber gets as many frames as it has requested; the policy decides
   * what happens to other frames. The publisher completes when the stream stops or closes; then the
   * subscriber is detached and may subscribe again.
   *
   * <p>All signals but {@code onSubscribe} come from the broker's {@linkplain
   * BrokerBuilder#callbackExecutor callback executor}, one after the other. A subscriber that
   * throws is detached; the exception is logged and given to its {@code onError}.
   *
   * @param device the device that reads the frames
   * @param policy which frames the consumer gets
   * @return the publisher, for one subscriber
   * @throws IllegalArgumentException if the device belongs to another broker
   */
  Flow.Publisher<Frame> publisher(Device device, StreamConsumer.Policy policy);

  // ---- Single buffers ----

  /**
   * Takes one buffer out of the stream and destroys it: at once if the buffer is free, otherwise
   * once it is released. The other buffers go on. Does not block.
   *
   * @param index the number of the buffer; see {@link Frame#index}
   * @return false if there is no buffer with this number
   */
  boolean remove(int index);

  /** Whether frames flow. */
  enum State {
    /** The stream does not run; buffers are in use only where consumers still hold frames. */
    STOPPED,
    /** Frames flow. */
    RUNNING,
    /** Consumers finish the frames that were submitted; the producer is refused. */
    STOPPING,
    /** The stream has ended for good. */
    CLOSED
  }
}
