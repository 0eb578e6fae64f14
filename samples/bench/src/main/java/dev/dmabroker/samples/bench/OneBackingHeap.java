package dev.dmabroker.samples.bench;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A heap that gives all buffers one page: buffers in it cost what the broker costs alone. */
final class OneBackingHeap implements Heap {
  static final String NAME = "one-backing";

  /** What a buffer here may have at most. */
  static final int BYTES = 4096;

  private final Backing backing = new Page();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public HeapTraits traits() {
    return HeapTraits.builder()
        .alignmentBytes(Trait.declared((long) BYTES))
        .maxSizeBytes(Trait.declared((long) BYTES))
        .cpuReach(Trait.declared(true))
        .deviceAccess(Trait.declared(true))
        .build();
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    if (request.sizeBytes() > BYTES) {
      throw new HeapException(Kind.TOO_LARGE, NAME + " gives " + BYTES + " bytes");
    }
    return backing;
  }

  @Override
  public void close() {}

  private static final class Page implements Backing {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);

    @Override
    public long sizeBytes() {
      return BYTES;
    }

    @Override
    public int fd() {
      return -1;
    }

    @Override
    public int dupFd() throws HeapException {
      throw new HeapException(Kind.FAILED, NAME + " has no descriptors");
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
      return bytes.slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void beginCpuAccess(Access access) {}

    @Override
    public void endCpuAccess(Access access) {}

    @Override
    public void release() {}
  }
}
