package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Allocates dma-bufs that /dev/udmabuf makes of sealed memfds. Each holds the memfd's pages itself,
 * so the memfd is closed as soon as its dma-buf exists. Thread-safe.
 */
final class UdmabufSource implements Source {

  private final String heap;
  private final Fd node;
  private final MemfdSource memory;
  private final long maxSizeBytes;
  private final Leftovers leftovers = new Leftovers();

  /** Takes over the node. */
  UdmabufSource(String heap, Fd node, MemfdSource memory, long maxSizeBytes) {
    this.heap = heap;
    this.node = node;
    this.memory = memory;
    this.maxSizeBytes = maxSizeBytes;
  }

  @Override
  public String type() {
    return "udmabuf";
  }

  @Override
  public LinuxBacking allocate(String label, long sizeBytes) throws HeapException {
    long rounded = memory.rounded(sizeBytes);
    if (rounded > maxSizeBytes) {
      throw new HeapException(
          Kind.TOO_LARGE,
          heap
              + " cannot give "
              + rounded
              + " bytes: udmabuf takes at most "
              + maxSizeBytes
              + "; raise "
              + UdmabufProvider.SIZE_LIMIT);
    }
    String what = heap + ":" + label;
    try (Fd.Use driver = node.use();
        Fd made = memory.createSealed(label, rounded);
        Fd.Use memfd = made.use()) {
      clear(memfd.number(), rounded, what);
      Fd fd = new Fd(request(driver.number(), memfd.number(), rounded, what), what);
      LinuxBacking backing = new LinuxBacking(fd, rounded, true, what, leftovers, () -> {});
      backing.name(label);
      return backing;
    }
  }

  /**
   * Clears a memfd. Its pages are allocated, but until a process first sees one of them the kernel
   * does not clear it; and from 6.12 on the driver takes the pages as they are, with the contents
   * of their last user.
   */
  private static void clear(int memfd, long bytes, String what) throws HeapException {
    AddressRange range = AddressRange.map(memfd, bytes, true, what);
    try {
      range.zero();
    } finally {
      range.retire();
    }
  }

  /** Asks the driver for a dma-buf of a memfd's memory. */
  private static int request(int driver, int memfd, long bytes, String what) throws HeapException {
    ByteBuffer request =
        ByteBuffer.allocate(Ioctl.UDMABUF_CREATE_BYTES)
            .order(ByteOrder.nativeOrder())
            .putInt(memfd)
            .putInt(Ioctl.UDMABUF_FLAGS_CLOEXEC)
            .putLong(0)
            .putLong(bytes);
    while (true) {
      int fd = LibC.calls().ioctl(driver, Ioctl.UDMABUF_CREATE, request.array());
      if (fd != -1) {
        return fd;
      }
      Errno errno = Errno.last();
      if (errno.equals(Errno.EINVAL)) {
        // Seals and whole pages are as the driver wants them: its limit is left, which may have
        // been lowered, or unreadable, since this heap was opened.
        throw new HeapException(
            Kind.TOO_LARGE,
            errno.failure(asked(bytes, what)).getMessage()
                + "; udmabuf takes no more than its limit; raise "
                + UdmabufProvider.SIZE_LIMIT);
      }
      if (!errno.equals(Errno.EINTR)) {
        throw errno.failure(asked(bytes, what));
      }
    }
  }

  private static String asked(long bytes, String what) {
    return "UDMABUF_CREATE of " + bytes + " bytes for " + what;
  }

  @Override
  public Leftovers leftovers() {
    return leftovers;
  }

  @Override
  public void close() {
    node.close();
  }
}
