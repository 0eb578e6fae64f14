package dev.dmabroker.allocators.linux;

/**
 * The system calls in use. Each returns -1 on failure and only then says why in errno, which {@link
 * Errno#last} reads. {@link LibC} makes them; a test may stand in for the kernel, to answer what no
 * machine answers on demand. Thread-safe.
 */
public interface SystemCalls {

  /**
   * Opens a file.
   *
   * @param path in the file system's encoding, ended by a zero byte
   * @return a new descriptor, or -1: EACCES, EINTR, EMFILE, ENFILE, ENOENT, ENODEV, ENXIO
   */
  int open(byte[] path, int flags, int mode);

  /**
   * Gives a descriptor back. The descriptor is gone even when this fails, so the caller must not
   * try again.
   *
   * @return 0, or -1: EBADF, EINTR, EIO
   */
  int close(int fd);

  /**
   * Sends a request to a driver.
   *
   * @param argument in and out, by the request's layout, in native byte order
   * @return what the request says, 0 mostly, or -1: ENOTTY if the file does not know the request,
   *     or what the request documents
   */
  int ioctl(int fd, long request, byte[] argument);

  /**
   * Sends a request to a driver.
   *
   * @param argument the address of the argument, or the argument, as the request says
   * @return as {@link #ioctl(int, long, byte[])}
   */
  int ioctl(int fd, long request, long argument);

  /**
   * Works on a descriptor.
   *
   * @return what the command says, or -1: EBADF, EINVAL, EMFILE for F_DUPFD_CLOEXEC, EPERM or EBUSY
   *     for F_ADD_SEALS
   */
  int fcntl(int fd, int command, long argument);

  /**
   * Makes a file in memory.
   *
   * @param name for /proc, at most 249 bytes and a zero byte
   * @return a new descriptor, or -1: EINVAL for flags that the kernel does not know, EMFILE,
   *     ENFILE, ENOMEM, EPERM for huge pages without the right, ENODEV for a huge page size that
   *     the kernel lacks, EACCES where vm.memfd_noexec forbids it
   */
  int memfd_create(byte[] name, int flags);

  /**
   * Sets a file's length.
   *
   * @return 0, or -1: EFBIG, EINTR, EINVAL, EPERM once sealed
   */
  int ftruncate(int fd, long length);

  /**
   * Reserves a file's memory, and in a memfd allocates its pages. A file that is shorter becomes as
   * long as that.
   *
   * @param mode 0
   * @return 0, or -1: EINTR with the pages of this call given back, ENOMEM, ENOSPC
   */
  int fallocate(int fd, int mode, long offset, long length);

  /**
   * Moves a file's position, and so tells its size; for a dma-buf it can only tell the size
   * (Documentation/driver-api/dma-buf.rst).
   *
   * @return the position, or -1: EBADF, EINVAL, ESPIPE
   */
  long lseek(int fd, long offset, int whence);

  /**
   * Reads at an offset.
   *
   * @param buffer at least {@code count} bytes
   * @return bytes read, fewer than asked for at the end of the file, or -1: EINTR, EIO, EPERM
   */
  long pread(int fd, byte[] buffer, long count, long offset);

  /**
   * Reads at an offset, to an address.
   *
   * @return as {@link #pread(int, byte[], long, long)}, or -1: EFAULT if nothing can be written
   *     there. Where a part of the memory is missing, the bytes before it
   */
  long pread(int fd, long address, long count, long offset);

  /**
   * Maps a file or zeros into the address space.
   *
   * @return the address, or {@link LibC#MAP_FAILED}: EACCES, EAGAIN, EINVAL, ENODEV, ENOMEM
   */
  long mmap(long address, long length, int protection, int flags, int fd, long offset);

  /**
   * Takes a mapping out of the address space.
   *
   * @return 0, or -1: EINVAL, ENOMEM if this would split more mappings than the process may have
   */
  int munmap(long address, long length);

  /**
   * Advises the kernel about memory.
   *
   * @return 0, or -1: EINVAL, ENOMEM if nothing is mapped there
   */
  int madvise(long address, long length, int advice);

  /**
   * Keeps memory from being swapped out.
   *
   * @return 0, or -1: ENOMEM or EPERM if the process may not lock as much
   */
  int mlock(long address, long length);

  /**
   * Moves a mapping.
   *
   * @param newAddress used with MREMAP_FIXED, which replaces what is mapped there
   * @return the new address, or {@link LibC#MAP_FAILED}: EFAULT, EINVAL, ENOMEM
   */
  long mremap(long address, long oldLength, long newLength, int flags, long newAddress);

  /**
   * Waits until one of the descriptors is ready.
   *
   * @param entries the address of {@code struct pollfd}s, in and out
   * @param timeout the address of a {@code struct timespec}, or 0 to wait for ever
   * @param signalMask 0, for the thread's own
   * @return how many entries have a result, or -1: EINTR, EINVAL for more entries than
   *     RLIMIT_NOFILE allows, ENOMEM
   */
  int ppoll(long entries, long count, long timeout, long signalMask);

  /**
   * Waits as {@link #ppoll(long, long, long, long)}, for few entries and a wait that does not
   * block, because the arrays are copied.
   *
   * @param entries {@code struct pollfd}s, in and out, in native byte order
   * @param timeout a {@code struct timespec}
   */
  int ppoll(byte[] entries, long count, byte[] timeout, long signalMask);

  /**
   * Makes a counter that polls readable while it is not 0.
   *
   * @return a new descriptor, or -1: EMFILE, ENFILE, ENODEV, ENOMEM
   */
  int eventfd(int value, int flags);

  /**
   * Adds to an eventfd's counter.
   *
   * @return 0, or -1: EAGAIN if it would pass its maximum of 2^64-2, EBADF
   */
  int eventfd_write(int fd, long value);

  /**
   * Takes an eventfd's counter, which is 0 then.
   *
   * @param value eight bytes
   * @return 0, or -1: EAGAIN if it is 0 already, EBADF, EINTR
   */
  int eventfd_read(int fd, byte[] value);

  /**
   * Makes a queue of what happens to files.
   *
   * @return a new descriptor, or -1: EMFILE also at fs.inotify.max_user_instances, ENFILE, ENOMEM,
   *     ENOSYS
   */
  int inotify_init1(int flags);

  /**
   * Has a queue tell what happens to a file, or to the files of a folder.
   *
   * @param path in the file system's encoding, ended by a zero byte
   * @return the number of the watch, which is that of an earlier one of that file; or -1: EACCES,
   *     ENOENT, ENOSPC at fs.inotify.max_user_watches, ENOTDIR
   */
  int inotify_add_watch(int fd, byte[] path, int mask);

  /**
   * Reads.
   *
   * @param buffer at least {@code count} bytes
   * @return bytes read, or -1: EAGAIN if there is nothing to read, EBADF, EINTR
   */
  long read(int fd, byte[] buffer, long count);

  /**
   * Tells about the file system that a file is in.
   *
   * @param result a {@code struct statfs}
   * @return 0, or -1: EBADF
   */
  int fstatfs(int fd, byte[] result);

  /**
   * Makes a system call that libc has no function for.
   *
   * @param number differs between architectures
   * @return what the call says, or -1: ENOSYS if the kernel does not have the call
   */
  long syscall(long number, long a, long b, long c, long d, long e, long f);

  /**
   * Tells a limit of the system.
   *
   * @return the value, or -1: EINVAL
   */
  long sysconf(int name);
}
