package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;

/**
 * Something became unreachable without having been closed. The broker has closed it since.
 *
 * @param kind what it was
 * @param buffer the buffer's name
 * @param device whose it was; empty of a buffer
 * @param access what the mapping was made for; empty of anything else
 * @param age since it was made
 * @param created where it was made, if that was recorded; see {@link
 *     dev.dmabroker.Broker.Builder#leakTracking}
 */
public record LeakFound(
    Kind kind,
    String buffer,
    Optional<String> device,
    Optional<Access> access,
    Duration age,
    Optional<Throwable> created) {

  /** What can leak. */
  public enum Kind {
    /** A mapping or CPU view. It held up moves, and kept the memory. */
    MAPPING,
    /** An attachment. Its device was taken into account wherever the buffer went. */
    ATTACHMENT,
    /** A reference to a buffer, and with it the memory once nothing was attached. */
    BUFFER
  }
}
