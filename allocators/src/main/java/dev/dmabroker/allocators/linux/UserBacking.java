package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the application. Each view is a slice of its ByteBuffer and so keeps the ByteBuffer
 * reachable: nothing is ever unmapped here. Thread-safe.
 */
public final class UserBacking implements Backing {
  private static final String NO_DESCRIPTOR =
      "user memory is no dma-buf; only devices that are cpuOnly() are given it";

  private final long sizeBytes;
  private volatile @Nullable ByteBuffer memory;

  /** Takes the whole of a direct ByteBuffer. */
  public UserBacking(ByteBuffer memory) {
    this.memory = memory;
    this.sizeBytes = memory.capacity();
  }

  /** The traits of memory of this kind. */
  public static HeapTraits traits(ByteBuffer memory) {
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .contiguous(Trait.unknown("the kernel may give each page of it any frame"))
            .deviceAccess(Trait.documented(false, NO_DESCRIPTOR))
            .cpuReach(Trait.documented(true, "it is the process's own"))
            .cached(Trait.assumed(true, "it is ordinary memory"));
    if (NativeAccess.problem().isPresent()) {
      return traits.build();
    }
    long address = Pointer.nativeValue(Native.getDirectBufferPointer(memory));
    long alignment = Math.min(Long.lowestOneBit(address), Pages.size());
    traits
        .addressBits(PhysicalMemory.addressBits())
        .alignmentBytes(
            Trait.probed(alignment, "it begins at the address 0x" + Long.toHexString(address)));
    if (alignment == Pages.size()) {
      traits.granuleBytes(Trait.documented(alignment, "memory consists of whole pages"));
    }
    return traits.build();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /** {@inheritDoc} This memory has none. */
  @Override
  public int fd() {
    return -1;
  }

  @Override
  public int dupFd() throws HeapException {
    throw new HeapException(Kind.FAILED, NO_DESCRIPTOR);
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes);
    return live().slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void beginCpuAccess(Access access) throws HeapException {
    live();
  }

  @Override
  public void endCpuAccess(Access access) throws HeapException {
    live();
  }

  /** The memory, unless it has been released. */
  private ByteBuffer live() throws HeapException {
    ByteBuffer its = memory;
    if (its == null) {
      throw new HeapException(Kind.FAILED, this + " has been given back to the application");
    }
    return its;
  }

  @Override
  public void release() {
    memory = null;
  }

  @Override
  public String toString() {
    return "user memory of " + sizeBytes + " bytes";
  }
}
