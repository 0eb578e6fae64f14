package dev.dmabroker.samples.bench;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A heap that gives all buffers one page: buffers in it cost what the broker costs alone. It may
 * have room for some alone.
 */
final class OneBackingHeap implements Heap {
  static final String NAME = "one-backing";

  /** What a buffer here may have at most. */
  static final int BYTES = 4096;

  private final String name;
  private final int most;
  private final @Nullable Object identity;
  private final AtomicInteger out = new AtomicInteger();
  private final Backing backing = new Page();

  OneBackingHeap() {
    this(NAME);
  }

  OneBackingHeap(String name) {
    this(name, Integer.MAX_VALUE);
  }

  /** Has room for so many. */
  OneBackingHeap(String name, int most) {
    this(name, most, /* identity= */ null);
  }

  /** Has memory that tells what it is. */
  OneBackingHeap(String name, int most, @Nullable Object identity) {
    this.name = name;
    this.most = most;
    this.identity = identity;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public HeapTraits traits() {
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .alignmentBytes(Trait.declared((long) BYTES))
            .maxSizeBytes(Trait.declared((long) BYTES))
            .cpuReach(Trait.declared(true))
            .deviceAccess(Trait.declared(true));
    if (most != Integer.MAX_VALUE) {
      traits.capacityBytes(Trait.declared((long) most * BYTES));
    }
    return traits.build();
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    if (request.sizeBytes() > BYTES) {
      throw new HeapException(Kind.TOO_LARGE, name + " gives " + BYTES + " bytes");
    }
    if (out.incrementAndGet() > most) {
      out.decrementAndGet();
      throw new HeapException(Kind.FULL, name + " has given all " + most + " pages");
    }
    return backing;
  }

  @Override
  public void close() {}

  private final class Page implements Backing {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);

    @Override
    public long sizeBytes() {
      return BYTES;
    }

    @Override
    public Optional<Object> identity() {
      return Optional.ofNullable(identity);
    }

    @Override
    public int fd() {
      return -1;
    }

    @Override
    public int dupFd() throws HeapException {
      throw new HeapException(Kind.FAILED, name + " has no descriptors");
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
    public void release() {
      out.decrementAndGet();
    }
  }
}
