package dev.dmabroker.allocators.linux;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The requests to DRM devices, from drm.h and drm_mode.h. */
final class Drm {

  /**
   * The size of struct drm_version: int major, minor, patch; then size and address of name, date,
   * text.
   */
  static final int VERSION_BYTES = 64;

  /** The size of struct drm_get_cap: u64 capability, value. */
  static final int GET_CAP_BYTES = 16;

  /** The size of struct drm_prime_handle: u32 handle, flags; s32 fd. */
  static final int PRIME_HANDLE_BYTES = 12;

  /**
   * The size of struct drm_mode_create_dumb: u32 height, width, bpp, flags, handle, pitch; u64
   * size.
   */
  static final int CREATE_DUMB_BYTES = 32;

  /** The size of struct drm_mode_map_dumb: u32 handle, pad; u64 offset. */
  static final int MAP_DUMB_BYTES = 16;

  /** The size of struct drm_mode_destroy_dumb: u32 handle. */
  static final int DESTROY_DUMB_BYTES = 4;

  static final long DRM_IOCTL_VERSION = Ioctl.readWrite('d', 0x00, VERSION_BYTES);

  /**
   * Asks for a capability. Fails with EINVAL for a capability that the kernel does not know, and
   * with EOPNOTSUPP for one of displays where the driver has none.
   */
  static final long DRM_IOCTL_GET_CAP = Ioctl.readWrite('d', 0x0c, GET_CAP_BYTES);

  /**
   * Gives up being the master. The process that opens a card first is its master, which a display
   * server needs to be.
   */
  static final long DRM_IOCTL_DROP_MASTER = Ioctl.number(0, 'd', 0x1f, 0);

  /**
   * Makes a dma-buf of a handle. Fails with ENOSYS if the driver exports nothing; EMFILE, ENFILE,
   * ENOMEM.
   */
  static final long DRM_IOCTL_PRIME_HANDLE_TO_FD = Ioctl.readWrite('d', 0x2d, PRIME_HANDLE_BYTES);

  /**
   * Makes a dumb buffer. Fails with ENOSYS if the driver has no dumb buffers; EINVAL for a size
   * over 32 bits; ENOMEM.
   */
  static final long DRM_IOCTL_MODE_CREATE_DUMB = Ioctl.readWrite('d', 0xb2, CREATE_DUMB_BYTES);

  /** Tells the offset in the node at which to map a dumb buffer. */
  static final long DRM_IOCTL_MODE_MAP_DUMB = Ioctl.readWrite('d', 0xb3, MAP_DUMB_BYTES);

  static final long DRM_IOCTL_MODE_DESTROY_DUMB = Ioctl.readWrite('d', 0xb4, DESTROY_DUMB_BYTES);

  static final long DRM_CAP_DUMB_BUFFER = 1;
  static final long DRM_CAP_PRIME = 5;
  static final long DRM_PRIME_CAP_EXPORT = 2;
  static final int DRM_CLOEXEC = LibC.O_CLOEXEC;
  static final int DRM_RDWR = LibC.O_RDWR;

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
