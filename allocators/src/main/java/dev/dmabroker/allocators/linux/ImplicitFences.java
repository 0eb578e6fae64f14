package dev.dmabroker.allocators.linux;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The fences that drivers put on a dma-buf by themselves.
 *
 * <p>Whether there are any shows by poll, at the price of one system call: a dma-buf polls readable
 * if a read has nothing to wait for, and writable if a write has not (the comment on implicit
 * fences in drivers/dma-buf/dma-buf.c). Where a fence is pending, that poll makes the kernel hold
 * the dma-buf's memory until it has signalled, which the driver that works on it does anyway.
 */
final class ImplicitFences {

  /** The offset of the events in struct pollfd. */
  private static final int EVENTS = 4;

  private static final int REVENTS = 6;

  /** A timeout of zero. */
  private static final byte[] AT_ONCE = new byte[LibC.TIMESPEC_BYTES];

  private ImplicitFences() {}

  /**
   * The fences that an access has to wait for, as a sync file that is the caller's, or empty if
   * there are none. Does not block.
   *
   * <p>Before kernel 6.0 the sync file of a read is a duplicate of the dma-buf, which polls as the
   * sync file would, but also waits for the writers that come until then.
   *
   * @param what names the dma-buf in errors
   * @throws HeapException if there is no descriptor left; before kernel 6.0 if a write has
   *     something to wait for, because those kernels do not give out its fences
   */
  static Optional<SyncFile> pending(Fd.Use dmaBuf, Access access, String what)
      throws HeapException {
    int events = access.writes() ? LibC.POLLOUT : LibC.POLLIN;
    return isReady(dmaBuf.number(), events, what)
        ? Optional.empty()
        : Optional.of(new SyncFile(export(dmaBuf, access, what)));
  }

  private static boolean isReady(int fd, int events, String what) throws HeapException {
    ByteBuffer entry =
        ByteBuffer.allocate(LibC.POLLFD_BYTES)
            .order(ByteOrder.nativeOrder())
            .putInt(0, fd)
            .putShort(EVENTS, (short) events);
    while (LibC.calls().ppoll(entry.array(), 1, AT_ONCE, 0) == -1) {
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR)) {
        throw errno.failure("polling for fences on " + what);
      }
    }
    int results = entry.getShort(REVENTS);
    if ((results & (LibC.POLLERR | LibC.POLLNVAL)) != 0) {
      throw new HeapException(
          Kind.FAILED, "polling for fences on " + what + " failed with events " + results);
    }
    return (results & events) != 0;
  }

  private static int export(Fd.Use dmaBuf, Access access, String what) throws HeapException {
    // The kernel exports all fences for a write, and the writers' for a read: each waits for just
    // these.
    int flags = access.writes() ? Ioctl.DMA_BUF_SYNC_WRITE : Ioctl.DMA_BUF_SYNC_READ;
    ByteBuffer request =
        ByteBuffer.allocate(Ioctl.EXPORT_SYNC_FILE_BYTES)
            .order(ByteOrder.nativeOrder())
            .putInt(0, flags);
    while (LibC.calls()
            .ioctl(dmaBuf.number(), Ioctl.DMA_BUF_IOCTL_EXPORT_SYNC_FILE, request.array())
        != 0) {
      Errno errno = Errno.last();
      if (errno.equals(Errno.ENOTTY) && !access.writes()) {
        return dmaBuf.dup();
      }
      if (errno.equals(Errno.ENOTTY)) {
        throw new HeapException(
            Kind.FAILED,
            "this kernel does not give out what a write to "
                + what
                + " has to wait for: DMA_BUF_IOCTL_EXPORT_SYNC_FILE needs 6.0 with"
                + " CONFIG_SYNC_FILE; ask for what a read waits for");
      }
      if (!errno.equals(Errno.EINTR)) {
        throw errno.failure("DMA_BUF_IOCTL_EXPORT_SYNC_FILE with flags " + flags + " on " + what);
      }
    }
    return request.getInt(Integer.BYTES);
  }
}
