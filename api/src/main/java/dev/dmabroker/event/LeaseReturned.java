package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.time.Duration;

/**
 * The last use of a {@link dev.dmabroker.Lease} that the broker had asked back has ended.
 * Immutable. Not for implementation outside the broker.
 */
public interface LeaseReturned {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the device that had mapped the buffer} */
  String device();

  /** {@return the name of the lease's holder} */
  String holder();

  /** {@return the access that the lease was for} */
  Access access();

  /** {@return the number of the buffer's place that the lease was for} */
  long generation();

  /** {@return what the lease was in the way of} */
  LeaseRecalled.Cause cause();

  /** {@return how long its uses went on after it was asked back; zero if none did} */
  Duration took();
}
