package dev.dmabroker.event;

/**
 * Listens to what a broker does. The broker tells of each step when it is done and the pipeline
 * goes on. It calls every method without a lock, and logs what a method throws.
 *
 * <p>Unless the listener asks for something else ({@link Delivery#IN_PLACE}), it is called on a
 * daemon thread that serves it alone, one event after the other. So a method may take its time, and
 * may call the broker: it holds up nothing but its own later events. Events come in the order in
 * which the broker's threads told them; two steps that different threads made at about one time may
 * be told in either order. At most 4,096 events wait for a listener. What comes while so many wait
 * is dropped, counted ({@link BrokerSnapshot#listeners}) and, now and then, logged.
 *
 * <p>{@link dev.dmabroker.Broker#close} does not wait for listeners. Events that wait then are
 * still delivered, as long as the JVM lives. A listener whose handle was closed gets no further
 * call; one that is under way goes on to its end.
 *
 * <p>A listener that is called in place is called by the threads that did the work, several of them
 * at once, so it has to be thread-safe and quick.
 */
public interface BrokerListener {

  /**
   * A device was attached to a buffer.
   *
   * @param event what happened
   */
  default void attached(DeviceAttached event) {}

  /**
   * A device could not be attached. The listener is told before the caller of attach.
   *
   * @param event what happened
   */
  default void refused(AttachRefused event) {}

  /**
   * A dispensable device is left out of a buffer, or served again.
   *
   * @param event what happened
   */
  default void leftOut(DeviceLeftOut event) {}

  /**
   * A buffer got its first memory, or new memory after it was evacuated.
   *
   * @param event what happened
   */
  default void allocated(MemoryAllocated event) {}

  /**
   * A heap was asked for memory and gave none.
   *
   * @param event what happened
   */
  default void heapRefused(HeapRefusal event) {}

  /**
   * Heaps joined the broker, vanished, or do not open for a new reason.
   *
   * @param event what happened
   */
  default void heapsChanged(HeapsChanged event) {}

  /**
   * A buffer lies in a new place.
   *
   * @param event what happened
   */
  default void moved(BufferMove event) {}

  /**
   * A move failed; the buffer lies in its old place with its contents.
   *
   * @param event what happened
   */
  default void moveRolledBack(BufferMove event) {}

  /**
   * A fence that a mapping waited for before it ended signalled an error; the contents may be
   * incomplete.
   *
   * @param event what happened
   */
  default void fenceFailed(FenceFailure event) {}

  /**
   * A map had to wait. Called when the wait has ended, with or without success.
   *
   * @param event what happened
   */
  default void stalled(MapStalled event) {}

  /**
   * A lease was asked back: no use of it begins any more.
   *
   * @param event what happened
   */
  default void leaseRecalled(LeaseRecalled event) {}

  /**
   * The last use of a lease that was asked back has ended.
   *
   * @param event what happened
   */
  default void leaseReturned(LeaseReturned event) {}

  /**
   * An object became unreachable without having been closed, and the broker has closed it.
   *
   * @param event what happened
   */
  default void leaked(LeakFound event) {}

  /**
   * Memory was used against the rules. A broker tells this only if it {@linkplain
   * dev.dmabroker.BrokerBuilder#checkAccess checks access}.
   *
   * @param event what was found
   */
  default void accessViolated(AccessViolation event) {}

  /**
   * A buffer's memory was given back.
   *
   * @param event what happened
   */
  default void released(MemoryReleased event) {}

  /**
   * A stream was made or closed, or a consumer came to it or left it.
   *
   * @param event what happened
   */
  default void streamChanged(StreamChanged event) {}

  /**
   * A stream has more buffers, or fewer.
   *
   * @param event what happened
   */
  default void streamResized(StreamResized event) {}

  /**
   * A stream's producer has to wait, and the stream does not grow.
   *
   * @param event what happened
   */
  default void streamHeldBack(StreamHeldBack event) {}

  /**
   * A consumer of a stream will not see a frame.
   *
   * @param event what happened
   */
  default void frameDropped(FrameDropped event) {}

  /**
   * A device holds more of a stream than it declared: a buffer for longer, or more buffers.
   *
   * @param event what happened
   */
  default void overheld(Overheld event) {}

  /**
   * The broker is closed. A listener that is called in place is told before {@link
   * dev.dmabroker.Broker#close} returns or throws. Mappings that were out then may still make
   * events when they end.
   */
  default void brokerClosed() {}
}
