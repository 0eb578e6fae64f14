package dev.dmabroker.allocators.linux;

import com.sun.jna.Pointer;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a file in the address space. It outlives the file for as long as a ByteBuffer of it
 * does.
 *
 * <p>A ByteBuffer cannot be taken away from the code that has it, and a load from an unmapped
 * address ends the JVM. So {@link #retire} does not unmap: it puts private zero pages into the
 * place of the file's, in one step as far as other threads can tell, and the file's memory is free.
 * The addresses are given back once no ByteBuffer of the range is reachable. The JDK lets each
 * slice and duplicate of a direct buffer refer to the buffer that was made first, the root, so that
 * a {@link Cleaner} on the roots tells when that is.
 *
 * <p>A ByteBuffer holds at most 2^31-1 bytes. A range up to that size has one root, and hands out
 * slices of it; of a larger range each buffer is a root of its own.
 *
 * <p>Thread-safe. The object's lock guards all states; {@code whole} is also read without the lock,
 * which is sound because a thread that has read it keeps the root, and so the addresses, alive.
 */
final class AddressRange {

  private static final System.Logger LOG = System.getLogger(AddressRange.class.getName());
  private static final Cleaner CLEANER = Cleaner.create();
  private static final Path ZEROS = Path.of("/dev/zero");
  private static final int READ_WRITE = LibC.PROT_READ | LibC.PROT_WRITE;

  private final long address;
  private final long sizeBytes;
  private final String what;

  /** The root; null if the range is too large for one, or if no bytes have been asked for yet. */
  private volatile @Nullable ByteBuffer whole;

  private long reachableRoots;
  private boolean retired;
  private boolean mapped = true;

  private AddressRange(long address, long sizeBytes, String what) {
    this.address = address;
    this.sizeBytes = sizeBytes;
    this.what = what;
  }

  /**
   * Maps a file from its start, shared.
   *
   * @param populate whether to fill in the page tables now, so that no access waits for that; what
   *     the kernel cannot fill in is filled in at the first access
   * @param what what the file is, for errors
   * @throws HeapException if it cannot be mapped
   */
  static AddressRange map(int fd, long sizeBytes, boolean populate, String what)
      throws HeapException {
    return map(fd, 0, sizeBytes, populate, what);
  }

  /**
   * Maps a part of a file, from an offset, which in a device's file may stand for anything.
   * Otherwise as {@link #map(int, long, boolean, String)}.
   */
  static AddressRange map(int fd, long offset, long sizeBytes, boolean populate, String what)
      throws HeapException {
    int flags = LibC.MAP_SHARED | (populate ? LibC.MAP_POPULATE : 0);
    long address = LibC.calls().mmap(0, sizeBytes, READ_WRITE, flags, fd, offset);
    if (address == LibC.MAP_FAILED) {
      throw Errno.last().failure("mapping " + sizeBytes + " bytes of " + what);
    }
    return new AddressRange(address, sizeBytes, what);
  }

  /**
   * Fills the range with zeros. The kernel writes them: if the file's memory has gone, the kernel
   * reports that, whereas a write by the process would end it with SIGBUS. The caller has to make
   * sure that the range is not retired meanwhile.
   *
   * @throws HeapException if the memory is gone, or there is no descriptor left
   */
  void zero() throws HeapException {
    try (Fd zeros = Fd.open(ZEROS, LibC.O_RDONLY);
        Fd.Use use = zeros.use()) {
      for (long done = 0; done < sizeBytes; ) {
        long read = LibC.calls().pread(use.number(), address + done, sizeBytes - done, 0);
        if (read > 0) {
          done += read;
          continue;
        }
        Errno errno = Errno.last();
        if (!errno.equals(Errno.EINTR)) {
          throw errno.failure("clearing " + sizeBytes + " bytes of " + what);
        }
      }
    } catch (Fd.OpenFailure e) {
      throw e.errno().failure("opening " + ZEROS + " to clear " + what);
    }
  }

  /**
   * The address at which the range starts, for a probe that asks the kernel about it before it is
   * retired.
   */
  long address() {
    return address;
  }

  /**
   * A part of the range, in native order.
   *
   * @throws IndexOutOfBoundsException if the part is not within the range
   * @throws HeapException if the range is retired
   */
  ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
    if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > sizeBytes - lengthBytes) {
      throw new IndexOutOfBoundsException(
          lengthBytes
              + " bytes from "
              + offsetBytes
              + " are not within the "
              + sizeBytes
              + " bytes of "
              + what);
    }
    ByteBuffer root = whole;
    if (root == null) {
      if (sizeBytes > Integer.MAX_VALUE) {
        return newRoot(offsetBytes, lengthBytes);
      }
      root = wholeRoot();
    }
    return root.slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
  }

  private synchronized ByteBuffer wholeRoot() throws HeapException {
    ByteBuffer root = whole;
    if (root == null) {
      root = newRoot(0, (int) sizeBytes);
      whole = root;
    }
    return root;
  }

  private synchronized ByteBuffer newRoot(long offsetBytes, int lengthBytes) throws HeapException {
    if (retired) {
      throw new HeapException(Kind.FAILED, what + " has been released");
    }
    ByteBuffer root = new Pointer(address).getByteBuffer(offsetBytes, lengthBytes);
    CLEANER.register(root, this::rootUnreachable);
    reachableRoots++;
    return root;
  }

  private synchronized void rootUnreachable() {
    reachableRoots--;
    unmapIfUnused();
  }

  /**
   * Frees the file's memory. ByteBuffers that are left see zeros, and what is written to one of
   * them stays in this process. A second call does nothing. Never throws.
   */
  synchronized void retire() {
    if (retired) {
      return;
    }
    retired = true;
    whole = null;
    unmapIfUnused();
    if (!mapped) {
      return;
    }
    try {
      Remap.zerosTo(address, sizeBytes, what);
    } catch (HeapException e) {
      LOG.log(
          Level.WARNING,
          "{0}: a ByteBuffer is still reachable and no zero pages could take its memory''s place"
              + " ({1}); {2} bytes stay in use until it is collected",
          what,
          e.getMessage(),
          sizeBytes);
    }
  }

  private void unmapIfUnused() {
    if (retired && mapped && reachableRoots == 0) {
      mapped = false;
      if (LibC.calls().munmap(address, sizeBytes) != 0) {
        LOG.log(Level.WARNING, "{0}: unmapping failed: {1}", what, Errno.last());
      }
    }
  }
}
