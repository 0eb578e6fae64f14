package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The system calls in use, by JNA's direct mapping. Each returns -1 on failure and only then says
 * why in errno, which {@link Errno#last} reads; no method declares LastErrorException, because JNA
 * also throws that for a call that succeeded with an old errno, and the descriptor which the call
 * returned would be lost. Pointers and {@code size_t} are Java longs, so that this is for 64-bit
 * systems; {@link NativeAccess} refuses others. Constants are those of asm-generic, as on x86-64,
 * AArch64 and RISC-V.
 *
 * <p>The variadic functions ({@code open}, {@code ioctl}, {@code fcntl}) are declared with the
 * arguments in use: on the Linux ABIs named above an integer argument travels in one way in both
 * forms.
 */
final class LibC {

  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x80000;

  static final int SEEK_END = 2;

  static final int F_GETFD = 1;
  static final int F_DUPFD_CLOEXEC = 1030;
  static final int F_ADD_SEALS = 1033;
  static final int F_GET_SEALS = 1034;
  static final int FD_CLOEXEC = 1;

  static final int F_SEAL_SEAL = 1;
  static final int F_SEAL_SHRINK = 2;
  static final int F_SEAL_GROW = 4;

  static final int MFD_CLOEXEC = 1;
  static final int MFD_ALLOW_SEALING = 2;
  static final int MFD_HUGETLB = 4;
  static final int MFD_NOEXEC_SEAL = 8;
  static final int MFD_HUGE_SHIFT = 26;

  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE = 2;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_NORESERVE = 0x4000;
  static final int MAP_POPULATE = 0x8000;
  static final int MREMAP_MAYMOVE = 1;
  static final int MREMAP_FIXED = 2;
  static final long MAP_FAILED = -1;

  static final int POLLIN = 1;
  static final int POLLOUT = 4;
  static final int POLLERR = 8;
  static final int POLLNVAL = 0x20;

  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 0x800;

  /** The file system of dma-bufs, as fstatfs tells it; linux/magic.h. */
  static final long DMA_BUF_MAGIC = 0x444d4142;

  /** The size of struct pollfd: int fd; short events; short revents. */
  static final int POLLFD_BYTES = 8;

  /** The size of struct timespec: long tv_sec; long tv_nsec. */
  static final int TIMESPEC_BYTES = 16;

  /** The size of struct statfs, which begins with {@code long f_type}. */
  static final int STATFS_BYTES = 120;

  static final int SC_PAGESIZE = 30;

  static {
    // The JVM is linked against libc, whatever its file is called here.
    Native.register(LibC.class, NativeLibrary.getProcess());
  }

  private LibC() {}

  /**
   * Opens a file.
   *
   * @param path in the file system's encoding, ended by a zero byte
   * @return a new descriptor, or -1: EACCES, EINTR, EMFILE, ENFILE, ENOENT, ENODEV, ENXIO
   */
  static native int open(byte[] path, int flags, int mode);

  /**
   * Gives a descriptor back. The descriptor is gone even when this fails, so the caller must not
   * try again.
   *
   * @return 0, or -1: EBADF, EINTR, EIO
   */
  static native int close(int fd);

  /**
   * Sends a request to a driver.
   *
   * @param argument in and out, by the request's layout, in native byte order
   * @return what the request says, 0 mostly, or -1: ENOTTY if the file does not know the request,
   *     or what the request documents
   */
  static native int ioctl(int fd, long request, byte[] argument);

  /**
   * Sends a request to a driver.
   *
   * @param argument the address of the argument, or the argument, as the request says
   * @return as {@link #ioctl(int, long, byte[])}
   */
  static native int ioctl(int fd, long request, long argument);

  /**
   * Works on a descriptor.
   *
   * @return what the command says, or -1: EBADF, EINVAL, EMFILE for F_DUPFD_CLOEXEC, EPERM or EBUSY
   *     for F_ADD_SEALS
   */
  static native int fcntl(int fd, int command, long argument);

  /**
   * Makes a file in memory.
   *
   * @param name for /proc, at most 249 bytes and a zero byte
   * @return a new descriptor, or -1: EINVAL for flags that the kernel does not know, EMFILE,
   *     ENFILE, ENOMEM, EPERM for huge pages without the right, ENODEV for a huge page size that
   *     the kernel lacks, EACCES where vm.memfd_noexec forbids it
   */
  static native int memfd_create(byte[] name, int flags);

  /**
   * Sets a file's length.
   *
   * @return 0, or -1: EFBIG, EINTR, EINVAL, EPERM once sealed
   */
  static native int ftruncate(int fd, long length);

  /**
   * Reserves a file's memory, and in a memfd allocates its pages. A file that is shorter becomes as
   * long as that.
   *
   * @param mode 0
   * @return 0, or -1: EINTR with the pages of this call given back, ENOMEM, ENOSPC
   */
  static native int fallocate(int fd, int mode, long offset, long length);

  /**
   * Moves a file's position, and so tells its size; for a dma-buf it can only tell the size
   * (Documentation/driver-api/dma-buf.rst).
   *
   * @return the position, or -1: EBADF, EINVAL, ESPIPE
   */
  static native long lseek(int fd, long offset, int whence);

  /**
   * Reads at an offset.
   *
   * @param buffer at least {@code count} bytes
   * @return bytes read, fewer than asked for at the end of the file, or -1: EINTR, EIO, EPERM
   */
  static native long pread(int fd, byte[] buffer, long count, long offset);

  /**
   * Maps a file or zeros into the address space.
   *
   * @return the address, or {@link #MAP_FAILED}: EACCES, EAGAIN, EINVAL, ENODEV, ENOMEM
   */
  static native long mmap(
      long address, long length, int protection, int flags, int fd, long offset);

  /**
   * Takes a mapping out of the address space.
   *
   * @return 0, or -1: EINVAL, ENOMEM if this would split more mappings than the process may have
   */
  static native int munmap(long address, long length);

  /**
   * Moves a mapping.
   *
   * @param newAddress used with MREMAP_FIXED, which replaces what is mapped there
   * @return the new address, or {@link #MAP_FAILED}: EFAULT, EINVAL, ENOMEM
   */
  static native long mremap(
      long address, long oldLength, long newLength, int flags, long newAddress);

  /**
   * Waits until one of the descriptors is ready.
   *
   * @param entries the address of {@code struct pollfd}s, in and out
   * @param timeout the address of a {@code struct timespec}, or 0 to wait for ever
   * @param signalMask 0, for the thread's own
   * @return how many entries have a result, or -1: EINTR, EINVAL for more entries than
   *     RLIMIT_NOFILE allows, ENOMEM
   */
  static native int ppoll(long entries, long count, long timeout, long signalMask);

  /**
   * Waits as {@link #ppoll(long, long, long, long)}, for few entries and a wait that does not
   * block, because the arrays are copied.
   *
   * @param entries {@code struct pollfd}s, in and out, in native byte order
   * @param timeout a {@code struct timespec}
   */
  static native int ppoll(byte[] entries, long count, byte[] timeout, long signalMask);

  /**
   * Makes a counter that polls readable while it is not 0.
   *
   * @return a new descriptor, or -1: EMFILE, ENFILE, ENODEV, ENOMEM
   */
  static native int eventfd(int value, int flags);

  /**
   * Adds to an eventfd's counter.
   *
   * @return 0, or -1: EAGAIN if it would pass its maximum of 2^64-2, EBADF
   */
  static native int eventfd_write(int fd, long value);

  /**
   * Takes an eventfd's counter, which is 0 then.
   *
   * @param value eight bytes
   * @return 0, or -1: EAGAIN if it is 0 already, EBADF, EINTR
   */
  static native int eventfd_read(int fd, byte[] value);

  /**
   * Tells about the file system that a file is in.
   *
   * @param result a {@code struct statfs}
   * @return 0, or -1: EBADF
   */
  static native int fstatfs(int fd, byte[] result);

  /**
   * Makes a system call that libc has no function for.
   *
   * @param number differs between architectures
   * @return what the call says, or -1: ENOSYS if the kernel does not have the call
   */
  static native long syscall(long number, long a, long b, long c, long d, long e, long f);

  /**
   * Tells a limit of the system.
   *
   * @return the value, or -1: EINVAL
   */
  static native long sysconf(int name);
}
