package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * Makes the system calls by JNA's direct mapping, and has the constants of the C headers. No method
 * declares LastErrorException, because JNA also throws that for a call that succeeded with an old
 * errno, and the descriptor which the call returned would be lost. Pointers and {@code size_t} are
 * Java longs, so that this is for 64-bit systems; {@link NativeAccess} refuses others, and
 * architectures that {@link Architecture} does not know. A constant that differs between these
 * belongs there.
 *
 * <p>The variadic functions ({@code open}, {@code ioctl}, {@code fcntl}) are declared with the
 * arguments in use: on the Linux ABIs of those an integer argument travels in one way in both
 * forms.
 */
public final class LibC implements SystemCalls {

  static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  static final int SEEK_END = 2;

  public static final int F_GETFD = 1;
  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int F_ADD_SEALS = 1033;
  public static final int F_GET_SEALS = 1034;
  static final int FD_CLOEXEC = 1;

  public static final int F_SEAL_SEAL = 1;
  public static final int F_SEAL_SHRINK = 2;
  public static final int F_SEAL_GROW = 4;

  static final int MFD_CLOEXEC = 1;
  static final int MFD_ALLOW_SEALING = 2;
  static final int MFD_HUGETLB = 4;
  static final int MFD_NOEXEC_SEAL = 8;
  static final int MFD_HUGE_SHIFT = 26;

  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int MAP_SHARED = 1;
  public static final int MAP_PRIVATE = 2;
  public static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_NORESERVE = 0x4000;
  static final int MAP_POPULATE = 0x8000;
  static final int MADV_DONTFORK = 10;
  static final int MREMAP_MAYMOVE = 1;
  static final int MREMAP_FIXED = 2;
  public static final long MAP_FAILED = -1;

  public static final int POLLIN = 1;
  public static final int POLLPRI = 2;
  public static final int POLLOUT = 4;
  static final int POLLERR = 8;
  static final int POLLNVAL = 0x20;

  public static final int EFD_CLOEXEC = 0x80000;
  public static final int EFD_NONBLOCK = 0x800;

  static final int IN_ATTRIB = 4;
  static final int IN_MOVED_FROM = 0x40;
  static final int IN_MOVED_TO = 0x80;
  static final int IN_CREATE = 0x100;
  static final int IN_DELETE = 0x200;
  static final int IN_DELETE_SELF = 0x400;
  static final int IN_MOVE_SELF = 0x800;
  static final int IN_IGNORED = 0x8000;
  static final int IN_ONLYDIR = 0x1000000;
  static final int IN_CLOEXEC = 0x80000;
  static final int IN_NONBLOCK = 0x800;

  /** The size of struct inotify_event: int wd; uint32_t mask, cookie, len; and a name. */
  static final int INOTIFY_EVENT_BYTES = 16;

  /** The file system of dma-bufs, as fstatfs tells it; linux/magic.h. */
  static final long DMA_BUF_MAGIC = 0x444d4142;

  /** The size of struct pollfd: int fd; short events; short revents. */
  public static final int POLLFD_BYTES = 8;

  /** The size of struct timespec: long tv_sec; long tv_nsec. */
  public static final int TIMESPEC_BYTES = 16;

  /** The size of struct statfs, which begins with {@code long f_type}. */
  static final int STATFS_BYTES = 120;

  static final int SC_PAGESIZE = 30;

  private static volatile SystemCalls calls;

  static {
    // The JVM is linked against libc, whatever its file is called here.
    Native.register(LibC.class, NativeLibrary.getProcess());
    calls = new LibC();
  }

  private LibC() {}

  /** The way to the kernel, which all code of this package goes. */
  public static SystemCalls calls() {
    return calls;
  }

  /** Lets a test answer in the kernel's place, to all threads. */
  static void replace(SystemCalls others) {
    calls = others;
  }

  @Override
  public native int open(byte[] path, int flags, int mode);

  @Override
  public native int close(int fd);

  @Override
  public native int ioctl(int fd, long request, byte[] argument);

  @Override
  public native int ioctl(int fd, long request, long argument);

  @Override
  public native int fcntl(int fd, int command, long argument);

  @Override
  public native int memfd_create(byte[] name, int flags);

  @Override
  public native int ftruncate(int fd, long length);

  @Override
  public native int fallocate(int fd, int mode, long offset, long length);

  @Override
  public native long lseek(int fd, long offset, int whence);

  @Override
  public native long pread(int fd, byte[] buffer, long count, long offset);

  @Override
  public native long pread(int fd, long address, long count, long offset);

  @Override
  public native long mmap(
      long address, long length, int protection, int flags, int fd, long offset);

  @Override
  public native int munmap(long address, long length);

  @Override
  public native int madvise(long address, long length, int advice);

  @Override
  public native int mlock(long address, long length);

  @Override
  public native long mremap(
      long address, long oldLength, long newLength, int flags, long newAddress);

  @Override
  public native int ppoll(long entries, long count, long timeout, long signalMask);

  @Override
  public native int ppoll(byte[] entries, long count, byte[] timeout, long signalMask);

  @Override
  public native int eventfd(int value, int flags);

  @Override
  public native int eventfd_write(int fd, long value);

  @Override
  public native int eventfd_read(int fd, byte[] value);

  @Override
  public native int inotify_init1(int flags);

  @Override
  public native int inotify_add_watch(int fd, byte[] path, int mask);

  @Override
  public native long read(int fd, byte[] buffer, long count);

  @Override
  public native int fstatfs(int fd, byte[] result);

  @Override
  public native long syscall(long number, long a, long b, long c, long d, long e, long f);

  @Override
  public native long sysconf(int name);
}
