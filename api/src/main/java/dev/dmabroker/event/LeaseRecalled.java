package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.util.Optional;

/**
 * The broker has asked a {@link dev.dmabroker.Lease} back: no use of it begins any more. Immutable.
 * Not for implementation outside the broker.
 */
public interface LeaseRecalled {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the device that had mapped the buffer} */
  String device();

  /** {@return the name of the lease's holder} */
  String holder();

  /** {@return the access that the lease is for} */
  Access access();

  /** {@return the number of the buffer's place that the lease is for} */
  long generation();

  /** {@return what the lease was in the way of} */
  Cause cause();

  /**
   * {@return the device that needs the move, the buffer that needs the room, or the heap that the
   * buffer leaves for better memory; empty with other causes}
   */
  Optional<String> beneficiary();

  /** {@return how many uses went on then; they hold up what is the cause} */
  long uses();

  /** What a lease was in the way of. */
  enum Cause {
    /** The buffer moves, or is about to. */
    MOVE,
    /** The application has the memory given back. */
    EVACUATION,
    /** Another buffer needs the room. */
    EVICTION,
    /** The buffer leaves scarce memory that it does not need. */
    REBALANCE,
    /** The attachment, the buffer or the broker was closed. */
    CLOSE
  }
}
