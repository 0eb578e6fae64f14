package dev.dmabroker.event;

import dev.dmabroker.spec.Access;

/**
 * The fence that a mapping waited for signalled an error. The mapping has ended. Immutable. Not for
 * implementation outside the broker.
 */
public interface FenceFailure {

  /** The buffer's name. */
  String buffer();

  /** The name of the device that had made the mapping. */
  String device();

  /** What the mapping was made for. */
  Access access();

  /** Why the fence failed, as a positive errno. */
  int errno();
}
