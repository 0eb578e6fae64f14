package dev.dmabroker.allocators.linux;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Asks DRM devices. */
final class Drm {
  private Drm() {}

  /**
   * Makes a request, again for as long as the kernel asks for that: the DRM core wants it, as
   * libdrm's drmIoctl does.
   *
   * @param argument in and out, in native order
   * @return why the driver refused, or empty if it granted the request
   */
  @SuppressWarnings("ByteBufferBackingArray") // Each argument is an array of its own.
  static Optional<Errno> ask(int node, long request, ByteBuffer argument) {
    while (LibC.calls().ioctl(node, request, argument.array()) != 0) {
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR) && !errno.equals(Errno.EAGAIN)) {
        return Optional.of(errno);
      }
    }
    return Optional.empty();
  }
}
