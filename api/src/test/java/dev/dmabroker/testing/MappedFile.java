package dev.dmabroker.testing;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapTraits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory that is a mapped file. Another hand can truncate the file, and then a part of the memory
 * is gone.
 */
public final class MappedFile implements ForeignMemory, AutoCloseable {
  /** What is left of a file that was truncated: a page. */
  private static final int LEFT_BYTES = 4096;

  private final FileChannel file;
  private final int sizeBytes;
  private final boolean movable;
  private final ByteBuffer memory;
  private final AtomicInteger open = new AtomicInteger();

  /** Makes a file of zeros and maps it. */
  public MappedFile(Path path, int sizeBytes, boolean movable) throws IOException {
    this.sizeBytes = sizeBytes;
    this.movable = movable;
    this.file = FileChannel.open(path, CREATE, READ, WRITE);
    fill(0);
    this.memory =
        file.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes).order(ByteOrder.nativeOrder());
  }

  /** Gives the file its length, and contents that {@link #assertFilled} knows. */
  public void fill(long value) throws IOException {
    ByteBuffer contents = ByteBuffer.allocate(sizeBytes).order(ByteOrder.nativeOrder());
    for (int i = 0; i < sizeBytes; i += 8) {
      contents.putLong(i, value + i);
    }
    file.position(0);
    while (contents.hasRemaining()) {
      file.write(contents);
    }
  }

  /** Fails unless the bytes are those of a {@link #fill}. */
  public static void assertFilled(long value, ByteBuffer bytes) {
    for (int i = 0; i + 8 <= bytes.limit(); i += 8) {
      if (bytes.getLong(i) != value + i) {
        throw new AssertionError("at " + i + " there is " + bytes.getLong(i));
      }
    }
  }

  /** Takes away all memory but the first page. */
  public void truncate() {
    try {
      file.truncate(LEFT_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The memory as an application sees it. */
  public ByteBuffer memory() {
    return memory;
  }

  /** How many backings of it are not released. */
  public int live() {
    return open.get();
  }

  @Override
  public String name() {
    return "mapped file";
  }

  @Override
  public HeapTraits traits() {
    return ScriptedHeap.ordinary().build();
  }

  @Override
  public boolean movable() {
    return movable;
  }

  @Override
  public Backing open() {
    open.incrementAndGet();
    return new Backing() {
      @Override
      public long sizeBytes() {
        return sizeBytes;
      }

      @Override
      public int fd() {
        return -1;
      }

      @Override
      public int dupFd() {
        throw new AssertionError("there is no descriptor");
      }

      @Override
      public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
        return memory.slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
      }

      @Override
      public void beginCpuAccess(Access access) {}

      @Override
      public void endCpuAccess(Access access) {}

      @Override
      public void release() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
