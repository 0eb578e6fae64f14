package dev.dmabroker.samples.devices;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The calls of the C library that this package makes. Each returns -1 on failure, and only then may
 * {@link #errno()} be read, from the same thread and before the next call.
 */
final class Libc {
  /** Reading and writing; the value is the same on every architecture. */
  static final int O_RDWR = 2;

  /** DQBUF answers EAGAIN instead of waiting. */
  static final int O_NONBLOCK = 0x800;

  /** Children do not inherit the descriptor. */
  static final int O_CLOEXEC = 0x80000;

  /** There is something to read: a filled buffer. */
  static final short POLLIN = 1;

  /** There is an event to read, such as a new size of a stream. */
  static final short POLLPRI = 2;

  /** There is room to write: a buffer that was shown. */
  static final short POLLOUT = 4;

  /** The size of {@code struct pollfd}: int fd, short events, short revents. */
  static final int POLLFD_SIZE = 8;

  /** Where {@code events} lies in {@code struct pollfd}. */
  static final int POLLFD_EVENTS = 4;

  /** Duplicates a descriptor, close-on-exec. */
  static final int F_DUPFD_CLOEXEC = 1030;

  static final int PROT_READ_WRITE = 3;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  /**
   * Opens a file; {@code int open(const char *path, int flags, ...)}, whose third argument counts
   * only where a file is made.
   *
   * @return a descriptor; or -1 with errno EACCES, EBUSY, EINTR, EMFILE, ENFILE, ENODEV, ENOENT,
   *     ENXIO
   */
  static native int open(String path, int flags);

  /**
   * Closes a descriptor; {@code int close(int fd)}. Linux has closed it even where this fails, so
   * it is never called twice.
   *
   * @return 0; or -1 with errno EBADF, EINTR, EIO
   */
  static native int close(int fd);

  /**
   * A driver's own call; {@code int ioctl(int fd, unsigned long request, ...)}.
   *
   * @return 0 for the calls made here; or -1 with errno EBADF, EFAULT, EINTR, ENOTTY (no such call
   *     on this node), ENODEV (unplugged), or one that {@link VideoDev2} or {@link DrmMode}
   *     documents at the request
   */
  static native int ioctl(int fd, long request, Pointer argument);

  /**
   * Waits for events; {@code int poll(struct pollfd *fds, nfds_t count, int timeoutMillis)}.
   *
   * @return how many descriptors have events, 0 when the time passed; or -1 with errno EINTR,
   *     EINVAL, ENOMEM
   */
  static native int poll(Pointer fds, long count, int timeoutMillis);

  /**
   * Does something to a descriptor; {@code int fcntl(int fd, int command, ...)}.
   *
   * @return for F_DUPFD_CLOEXEC a descriptor; or -1 with errno EBADF, EINVAL, EMFILE
   */
  static native int fcntl(int fd, int command, int argument);

  /**
   * Maps memory; {@code void *mmap(void *at, size_t length, int protection, int flags, int fd,
   * off_t from)}.
   *
   * @return its address; or -1 with errno EACCES, EBADF, EINVAL, ENODEV, ENOMEM
   */
  static native Pointer mmap(Pointer at, long length, int protection, int flags, int fd, long from);

  /**
   * Unmaps memory; {@code int munmap(void *at, size_t length)}.
   *
   * @return 0; or -1 with errno EINVAL
   */
  static native int munmap(Pointer at, long length);

  /** The bytes of a page, a power of two; {@code int getpagesize(void)}, which does not fail. */
  static native int getpagesize();

  /**
   * The text of an error; {@code char *strerror(int errno)}.
   *
   * @return a text for any number
   */
  static native String strerror(int errno);

  /** The error of this thread's last call here, which must have returned -1. */
  static int errno() {
    return Native.getLastError();
  }
}
