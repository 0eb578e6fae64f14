package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.time.Duration;

/**
 * The last use of a {@link dev.dmabroker.Lease} that the broker had asked back has ended. Not for
 * implementation outside the broker.
 */
public interface LeaseReturned {

  /** The buffer's name. */
  String buffer();

  /** The name of the device that had mapped the buffer. */
  String device();

  /** The name of the lease's holder. */
  String holder();

  /** The access that the lease was for. */
  Access access();

  /** The number of the buffer's place that the lease was for. */
  long generation();

  /** What the lease was in the way of. */
  LeaseRecalled.Cause cause();

  /** How long its uses went on after it was asked back; zero if none did. */
  Duration took();
}
