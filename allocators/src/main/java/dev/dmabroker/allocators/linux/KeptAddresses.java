package dev.dmabroker.allocators.linux;

import com.sun.jna.Pointer;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Addresses that show the memory of a file, or zeros. The JDK lets each slice of the root refer to
 * it, and so does this object: when the root is collected, neither is reachable, and the addresses
 * are given back. Each change puts all its pages there by {@link Remap}, so that no access ever
 * finds a hole. This class is thread-safe.
 */
final class KeptAddresses implements FixedAddresses {
  private static final System.Logger LOG = System.getLogger(KeptAddresses.class.getName());
  private static final Cleaner CLEANER = Cleaner.create();
  private static final String WHAT = "a fixed view";

  private final long address;
  private final long sizeBytes;
  private final ByteBuffer root;

  /** How many bytes from the first on may show a file. */
  private long shownBytes;

  private KeptAddresses(long address, long sizeBytes, int visibleBytes) {
    this.address = address;
    this.sizeBytes = sizeBytes;
    this.root = new Pointer(address).getByteBuffer(0, visibleBytes);
    CLEANER.register(root, () -> unmap(address, sizeBytes));
  }

  /**
   * Reserves addresses.
   *
   * @throws HeapException if the process has no address space left
   */
  static KeptAddresses reserve(int sizeBytes) throws HeapException {
    long whole = Pages.roundUp(WHAT, sizeBytes, Pages.size());
    long address = Remap.zeros(whole, WHAT);
    try {
      return new KeptAddresses(address, whole, sizeBytes);
    } catch (Throwable e) {
      unmap(address, whole);
      throw e;
    }
  }

  @Override
  public ByteBuffer bytes() {
    return root.duplicate().order(ByteOrder.nativeOrder());
  }

  @Override
  public synchronized void show(Backing memory) throws HeapException {
    int fd = memory.fd();
    if (fd < 0) {
      throw new HeapException(
          Kind.FAILED, memory + " has no descriptor, without which it has the addresses it has");
    }
    long size = Math.min(Pages.roundUp(WHAT, memory.sizeBytes(), Pages.size()), sizeBytes);
    long before = shownBytes;
    shownBytes = Math.max(before, size); // Also if what follows fails.
    Remap.fileTo(fd, address, size, WHAT);
    if (before > size) {
      Remap.zerosTo(address + size, before - size, WHAT);
    }
    shownBytes = size;
  }

  @Override
  public synchronized void hide() throws HeapException {
    if (shownBytes > 0) {
      Remap.zerosTo(address, shownBytes, WHAT);
      shownBytes = 0;
    }
  }

  private static void unmap(long address, long sizeBytes) {
    if (LibC.calls().munmap(address, sizeBytes) != 0) {
      LOG.log(Level.WARNING, "{0}: unmapping failed: {1}", WHAT, Errno.last());
    }
  }
}
