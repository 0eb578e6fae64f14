package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;

/**
 * Something became unreachable without having been closed. The broker has closed it since. Not for
 * implementation outside the broker.
 */
public interface LeakFound {

  /** What leaked. */
  Kind kind();

  /** The buffer's name. */
  String buffer();

  /** The name of the device whose mapping or attachment it was; empty of a buffer. */
  Optional<String> device();

  /** What the mapping was made for; empty of anything else. */
  Optional<Access> access();

  /** How long ago it was made. */
  Duration age();

  /**
   * Where it was made, if that was recorded; see {@link dev.dmabroker.Broker.Builder#leakTracking}.
   */
  Optional<Throwable> created();

  /** What can leak. */
  enum Kind {
    /** A mapping or CPU view. It held up moves, and kept the memory. */
    MAPPING,
    /** An attachment. Its device was taken into account wherever the buffer went. */
    ATTACHMENT,
    /** A reference to a buffer, and with it the memory once nothing was attached. */
    BUFFER
  }
}
