package dev.dmabroker.event;

/**
 * Told what the broker does. Every method is called without a lock, after the pipeline has gone on,
 * from whichever thread did the thing, several at a time; what a method throws is logged. A method
 * that blocks holds up later moves, so hand work over.
 */
public interface BrokerListener {

  /** A device was attached to a buffer. */
  default void attached(DeviceAttached event) {}

  /** A device could not be attached. Told before the caller is. */
  default void refused(AttachRefused event) {}

  /** A dispensable device is left out of a buffer, or served again. */
  default void leftOut(DeviceLeftOut event) {}

  /** A buffer got its first memory, or new memory after it was evacuated. */
  default void allocated(MemoryAllocated event) {}

  /** A heap was asked for memory and gave none. */
  default void heapRefused(HeapRefusal event) {}

  /** A buffer lies in a new place. */
  default void moved(BufferMove event) {}

  /** A move failed; the buffer lies in its old place with its contents. */
  default void moveRolledBack(BufferMove event) {}

  /** What a mapping waited for before it ended has failed; the contents may be incomplete. */
  default void fenceFailed(FenceFailure event) {}

  /** A map had to wait. Called when the wait has ended, whichever way. */
  default void stalled(MapStalled event) {}

  /** Something became unreachable without having been closed, and was closed by the broker. */
  default void leaked(LeakFound event) {}

  /** A buffer's memory was given back. */
  default void released(MemoryReleased event) {}

  /** A stream has more buffers, or fewer. */
  default void streamResized(StreamResized event) {}

  /** A stream's producer has to wait, and the stream does not grow. */
  default void streamHeldBack(StreamHeldBack event) {}

  /** A consumer of a stream will not see a frame. */
  default void frameDropped(FrameDropped event) {}

  /** A device holds more of a stream than it declared. */
  default void overheld(Overheld event) {}
}
