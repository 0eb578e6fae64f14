package dev.dmabroker.allocators.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Leftovers.Leftover;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Memory behind a descriptor: a dma-buf, or a memfd, for which CPU access needs no announcement.
 * The memory is mapped when its bytes are first asked for. Thread-safe.
 */
public final class LinuxBacking implements Backing {

  private final Fd fd;
  private final long sizeBytes;
  private final boolean dmaBuf;
  private final String what;
  private final Leftovers leftovers;
  private final Runnable afterRelease;

  /**
   * Whether a caller was told the descriptor's number, and may have let a driver import the memory.
   */
  private volatile boolean told;

  /** Whether a caller was given a duplicate of the descriptor, which may outlive this object. */
  private volatile boolean duplicated;

  private volatile @Nullable AddressRange range;
  private boolean released;

  /**
   * Takes over the descriptor.
   *
   * @param what names the memory in errors
   * @param leftovers is told of the memory if it lives on after its release
   * @param afterRelease runs once the memory is given back; must not throw
   */
  LinuxBacking(
      Fd fd,
      long sizeBytes,
      boolean dmaBuf,
      String what,
      Leftovers leftovers,
      Runnable afterRelease) {
    this.fd = fd;
    this.sizeBytes = sizeBytes;
    this.dmaBuf = dmaBuf;
    this.what = what;
    this.leftovers = leftovers;
    this.afterRelease = afterRelease;
  }

  /**
   * Takes over the descriptor of memory that is mapped already, not necessarily by this descriptor.
   */
  LinuxBacking(Fd fd, AddressRange range, long sizeBytes, String what, Leftovers leftovers) {
    this(fd, sizeBytes, true, what, leftovers, () -> {});
    this.range = range;
  }

  /**
   * Takes over the descriptor of memory that another process allocated and sent.
   *
   * @param sizeBytes as that process says; the kernel's own word is checked against it
   * @throws HeapException if the file is shorter
   */
  public static LinuxBacking received(Fd fd, long sizeBytes, String what) throws HeapException {
    try (Fd.Use use = fd.use()) {
      boolean dmaBuf = DmaBufs.isDmaBuf(use.number());
      long size = LibC.calls().lseek(use.number(), 0, LibC.SEEK_END);
      if (size < sizeBytes) {
        throw new HeapException(
            Kind.FAILED, what + " should have " + sizeBytes + " bytes, and has " + size);
      }
      return new LinuxBacking(fd, sizeBytes, dmaBuf, what, new Leftovers(), () -> {});
    }
  }

  /** Clears the memory by the CPU, which also gives it all its pages. */
  void zero() throws HeapException {
    beginCpuAccess(Access.WRITE);
    try {
      range().zero();
    } finally {
      endCpuAccess(Access.WRITE);
    }
  }

  /**
   * Names a dma-buf. The name is for the kernel's debug files only, so nothing that goes wrong
   * matters.
   */
  void name(String label) {
    byte[] name = Labels.fit(label, Ioctl.DMA_BUF_NAME_LEN);
    try (Memory memory = new Memory(name.length);
        Fd.Use use = fd.use()) {
      memory.write(0, name, 0, name.length);
      LibC.calls().ioctl(use.number(), Ioctl.DMA_BUF_SET_NAME, Pointer.nativeValue(memory));
    } catch (HeapException | OutOfMemoryError e) {
      // It stays without a name.
    }
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int fd() {
    int value = fd.lend();
    if (!told) {
      told = true;
    }
    return value;
  }

  @Override
  public int dupFd() throws HeapException {
    try (Fd.Use use = fd.use()) {
      duplicated = true;
      return use.dup();
    }
  }

  /**
   * {@inheritDoc} The first call maps the memory and fills in the page tables, which takes time in
   * proportion to its size; later calls only make a buffer.
   */
  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
    return range().bytes(offsetBytes, lengthBytes);
  }

  /** The mapping of the memory, made if there is none yet. */
  AddressRange range() throws HeapException {
    AddressRange made = range;
    return made == null ? makeRange() : made;
  }

  private synchronized AddressRange makeRange() throws HeapException {
    AddressRange made = range;
    if (made == null) {
      if (released) {
        throw new HeapException(Kind.FAILED, what + " has been released");
      }
      try (Fd.Use use = fd.use()) {
        made = AddressRange.map(use.number(), sizeBytes, true, what);
      }
      range = made;
    }
    return made;
  }

  /**
   * {@inheritDoc} Blocks while a driver's fences on the dma-buf are pending. Does nothing for a
   * memfd.
   */
  @Override
  public void beginCpuAccess(Access access) throws HeapException {
    sync(Ioctl.DMA_BUF_SYNC_START, access);
  }

  /** {@inheritDoc} Does nothing for a memfd. */
  @Override
  public void endCpuAccess(Access access) throws HeapException {
    sync(Ioctl.DMA_BUF_SYNC_END, access);
  }

  /** Begins or ends CPU access, and repeats the call as the kernel asks. */
  private void sync(int startOrEnd, Access access) throws HeapException {
    if (!dmaBuf) {
      return;
    }
    int flags =
        startOrEnd
            | (access.reads() ? Ioctl.DMA_BUF_SYNC_READ : 0)
            | (access.writes() ? Ioctl.DMA_BUF_SYNC_WRITE : 0);
    try (Fd.Use use = fd.use()) {
      while (LibC.calls().ioctl(use.number(), Ioctl.DMA_BUF_IOCTL_SYNC, SyncFlags.address(flags))
          != 0) {
        Errno errno = Errno.last();
        // The kernel documents both as a request to call again, and gives no other way to go on.
        if (errno.equals(Errno.EAGAIN)) {
          Thread.onSpinWait();
        } else if (!errno.equals(Errno.EINTR)) {
          throw errno.failure("DMA_BUF_IOCTL_SYNC with flags " + flags + " on " + what);
        }
      }
    }
  }

  /**
   * {@inheritDoc} Makes one system call if there is nothing to wait for, and none for a memfd. For
   * the answers of kernels before 6.0 see {@link ImplicitFences#pending}.
   */
  @Override
  public Optional<SyncFile> pendingFence(Access access) throws HeapException {
    if (!dmaBuf) {
      return Optional.empty();
    }
    try (Fd.Use use = fd.use()) {
      return ImplicitFences.pending(use, access, what);
    }
  }

  /** {@inheritDoc} Before kernel 5.3 all dma-bufs had one inode. */
  @Override
  public Optional<Object> identity() {
    try (Fd.Use use = fd.use()) {
      return dmaBuf && !DmaBufs.isDmaBuf(use.number())
          ? Optional.empty()
          : FileId.of(use.number()).map(id -> id);
    } catch (HeapException e) {
      return Optional.empty(); // It has been released.
    }
  }

  /**
   * {@inheritDoc} They show memory that has a descriptor and ordinary pages, and whose exporter
   * lets it be mapped by that.
   */
  @Override
  public FixedAddresses reserve(int sizeBytes) throws HeapException {
    return KeptAddresses.reserve(sizeBytes);
  }

  /**
   * {@inheritDoc} A call that uses the descriptor at this moment ends first: the memory is given
   * back in the thread that comes last.
   */
  @Override
  public void release() {
    AddressRange made;
    synchronized (this) {
      if (released) {
        return;
      }
      released = true;
      made = range;
    }
    if (made != null) {
      made.retire();
    }
    fd.close(new LastWord());
  }

  /** What is done once no call uses the descriptor any more, and the own mapping has gone. */
  private final class LastWord implements Fd.End {
    private Optional<Leftover> leftover = Optional.empty();

    @Override
    public void before(int number) {
      if (isHeld(number)) {
        leftover = FileId.of(number).map(id -> new Leftover(id, sizeBytes, dmaBuf));
      }
    }

    @Override
    public void after() {
      try {
        leftover.ifPresent(leftovers::add);
      } finally {
        afterRelease.run(); // This is done even if there is no memory to remember the leftover.
      }
    }

    /**
     * Whether another process or a driver may hold the memory when this object has let go of it.
     * For a dma-buf the kernel tells that, whether a driver or another process holds it; a memfd is
     * supposed to be held if its descriptor was duplicated here. If no caller has seen the
     * descriptor, the kernel is not asked.
     */
    private boolean isHeld(int number) {
      if (!dmaBuf || !(told || duplicated)) {
        return duplicated;
      }
      OptionalLong holders = DmaBufs.holders(number);
      // Without a descriptor left the count cannot be read. In kernels that do not tell it, all
      // dma-bufs share one inode.
      return holders.isPresent() ? holders.getAsLong() > 1 : duplicated && DmaBufs.isDmaBuf(number);
    }
  }

  @Override
  public String toString() {
    return what;
  }

  /**
   * The values of struct dma_buf_sync, one for each combination of flags, so that a sync allocates
   * nothing.
   */
  private static final class SyncFlags {
    private static final int COUNT = 8;
    private static final Memory VALUES = new Memory((long) COUNT * Ioctl.SYNC_BYTES);
    private static final long ADDRESS = Pointer.nativeValue(VALUES);

    static {
      for (int flags = 0; flags < COUNT; flags++) {
        VALUES.setLong((long) flags * Ioctl.SYNC_BYTES, flags);
      }
    }

    static long address(int flags) {
      return ADDRESS + (long) flags * Ioctl.SYNC_BYTES;
    }
  }
}
