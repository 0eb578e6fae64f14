package dev.dmabroker.remote.internal.client;

import dev.dmabroker.DescriptorException;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spi.HeapException;

/** Says that a descriptor which was sent did not come in, as this process had no room for it. */
final class LostDescriptor {
  private LostDescriptor() {}

  /**
   * Why a descriptor is not there that should have come, for {@link
   * dev.dmabroker.allocators.linux.socket.Packet#descriptorsLost}.
   *
   * @param what needs the descriptor, in words
   */
  static DescriptorException of(String what) {
    return Exceptions.descriptor(
        what
            + ", as this process has no descriptor left; close some, or raise the limit (ulimit"
            + " -n)",
        new HeapException(HeapException.Kind.NO_DESCRIPTORS, "MSG_CTRUNC"));
  }
}
