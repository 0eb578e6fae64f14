package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;

/**
 * Makes memfds that have all their memory and a length that cannot be changed any more. Both matter
 * for one reason: an access to a page that the file lacks faults, either because memory ran out at
 * that moment, or because a peer which got the descriptor cut the file short. A fault in a
 * ByteBuffer is an InternalError, and one in native code ends the JVM with SIGBUS.
 *
 * <p>The seals do not keep a peer from punching holes (fallocate with FALLOC_FL_PUNCH_HOLE). The
 * next access fills a hole with a page of zeros. Ordinary memory has one unless the machine has no
 * memory left at all. Huge pages come from a pool of few, and if that is empty the access faults.
 * F_SEAL_FUTURE_WRITE would forbid holes, but also to map the memory for writing, which is what
 * peers get it for, and what this process does when it first needs the bytes. So huge pages of a
 * memfd are for memory that is not shared, or with peers that are trusted not to do that; a dma-buf
 * of udmabuf holds its pages, and has no holes.
 */
final class Memfd {

  static final int ANY_NODE = -1;

  /** The most bytes of a name: NAME_MAX less the kernel's prefix, with the zero byte. */
  private static final int NAME_BYTES = 250;

  /**
   * The most bytes that one fallocate is asked for. The kernel takes back all of a call's pages
   * when a signal arrives, so a profiler's timer could keep a long call from ever ending.
   */
  private static final long STEP_BYTES = 16L << 20;

  private static final int SEALS = LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL;

  /** The flag that some hardened systems ask for (vm.memfd_noexec=2); kernels know it since 6.3. */
  private static volatile int notExecutable = LibC.MFD_NOEXEC_SEAL;

  private Memfd() {}

  /** Makes a memfd with pages that may lie anywhere. */
  static Fd create(String label, long sizeBytes, long hugePageBytes) throws HeapException {
    return create(label, sizeBytes, hugePageBytes, ANY_NODE);
  }

  /**
   * Makes a memfd. Takes time in proportion to the size.
   *
   * @param sizeBytes whole pages
   * @param hugePageBytes the size of its huge pages, 0 for ordinary pages
   * @param node the NUMA node to lie at while that has room, or {@link #ANY_NODE}
   * @throws HeapException if there is no memory or no descriptor
   */
  static Fd create(String label, long sizeBytes, long hugePageBytes, int node)
      throws HeapException {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException("a memfd of " + sizeBytes + " bytes");
    }
    String what = "memfd " + label;
    int huge =
        hugePageBytes == 0
            ? 0
            : LibC.MFD_HUGETLB | Long.numberOfTrailingZeros(hugePageBytes) << LibC.MFD_HUGE_SHIFT;
    int fd = open(Labels.fit(label, NAME_BYTES), huge, what);
    try {
      if (node != ANY_NODE) {
        setLength(fd, sizeBytes, what); // Without a node, populating sets it.
        NumaNodes.prefer(fd, sizeBytes, node, what);
      }
      populate(fd, sizeBytes, Math.max(STEP_BYTES, hugePageBytes), what);
      if (LibC.calls().fcntl(fd, LibC.F_ADD_SEALS, SEALS) != 0) {
        throw Errno.last().failure("sealing " + what);
      }
      return new Fd(fd, what);
    } catch (HeapException | RuntimeException | Error e) {
      LibC.calls().close(fd);
      throw e;
    }
  }

  private static int open(byte[] name, int huge, String what) throws HeapException {
    int flags = LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING | huge;
    int noExec = notExecutable;
    int fd = LibC.calls().memfd_create(name, flags | noExec);
    if (fd == -1 && noExec != 0 && Errno.last().equals(Errno.EINVAL)) {
      fd = LibC.calls().memfd_create(name, flags);
      if (fd != -1) {
        notExecutable = 0;
      }
    }
    if (fd == -1) {
      throw Errno.last().failure("memfd_create for " + what);
    }
    return fd;
  }

  private static void setLength(int fd, long sizeBytes, String what) throws HeapException {
    while (LibC.calls().ftruncate(fd, sizeBytes) != 0) {
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR)) {
        throw errno.failure("giving " + what + " " + sizeBytes + " bytes");
      }
    }
  }

  private static void populate(int fd, long sizeBytes, long stepBytes, String what)
      throws HeapException {
    for (long done = 0; done < sizeBytes; ) {
      long step = Math.min(stepBytes, sizeBytes - done);
      if (LibC.calls().fallocate(fd, 0, done, step) == 0) {
        done += step;
        continue;
      }
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR)) {
        throw errno.failure("allocating " + sizeBytes + " bytes for " + what);
      }
    }
  }
}
