package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;

/**
 * An object became unreachable without having been closed. The broker has closed it since.
 * Immutable. Not for implementation outside the broker.
 */
public interface LeakFound {

  /** {@return the kind of object that leaked} */
  Kind kind();

  /** {@return the buffer's name} */
  String buffer();

  /**
   * {@return the name of the device that had made the mapping or attachment; empty for a buffer}
   */
  Optional<String> device();

  /** {@return the access that the mapping was made for; empty for other kinds} */
  Optional<Access> access();

  /** {@return how long ago the object was made} */
  Duration age();

  /**
   * {@return the place in the application's code that made the object, if that was recorded; see
   * {@link dev.dmabroker.BrokerBuilder#leakTracking}}
   */
  Optional<Throwable> created();

  /** The kinds of objects that can leak. */
  enum Kind {
    /** A mapping or CPU view leaked. It held up moves, and kept the memory. */
    MAPPING,
    /** An attachment leaked. Its device counted in every placement of the buffer. */
    ATTACHMENT,
    /** A reference to a buffer leaked. It kept the memory even when no device was attached. */
    BUFFER
  }
}
