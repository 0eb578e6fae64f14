package dev.dmabroker.event;

import dev.dmabroker.spec.Access;

/**
 * The fence that a mapping waited for signalled an error. The mapping has ended. Immutable. Not for
 * implementation outside the broker.
 */
public interface FenceFailure {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the device that had made the mapping} */
  String device();

  /** {@return what the mapping was made for} */
  Access access();

  /** {@return why the fence failed, as a positive errno} */
  int errno();
}
