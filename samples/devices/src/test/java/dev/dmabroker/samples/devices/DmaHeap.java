package dev.dmabroker.samples.devices;

import static org.junit.jupiter.api.Assertions.fail;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** dma-bufs straight from the kernel's heaps, so that this module is tested without the broker. */
final class DmaHeap implements AutoCloseable {
  static final String SYSTEM = "system";

  /** The heap of the default CMA region, whose name differs between kernels. */
  static final String CMA =
      Stream.of("default_cma_region", "reserved", "linux,cma", "default-pool")
          .filter(name -> Files.exists(Path.of("/dev/dma_heap", name)))
          .findFirst()
          .orElse("reserved");

  static final long DMA_HEAP_IOCTL_ALLOC = 0xC0184800L;
  static final long DMA_BUF_IOCTL_SYNC = 0x40086200L;
  private static final long SYNC_READ = 1;
  private static final long SYNC_WRITE = 2;
  private static final long SYNC_END = 4;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;

  static {
    Native.register(DmaHeap.class, "c");
  }

  private final int fd;

  DmaHeap(String name) {
    fd = check("open " + name, Libc.open(Path.of("/dev/dma_heap", name).toString(), heapFlags()));
  }

  static native Pointer mmap(Pointer at, long length, int protection, int flags, int fd, long from);

  static native int munmap(Pointer at, long length);

  static native int fcntl(int fd, int command, int argument);

  private static int heapFlags() {
    return Libc.O_RDWR | Libc.O_CLOEXEC;
  }

  Buffer allocate(int sizeBytes) {
    Memory data = Structs.zeroed(24);
    data.setLong(0, sizeBytes);
    data.setInt(12, heapFlags());
    check("DMA_HEAP_IOCTL_ALLOC", Libc.ioctl(fd, DMA_HEAP_IOCTL_ALLOC, data));
    return new Buffer(data.getInt(8), sizeBytes);
  }

  @Override
  public void close() {
    check("close", Libc.close(fd));
  }

  private static int check(String call, int result) {
    return result == -1 ? fail(call + ": " + Errno.name(Libc.errno())) : result;
  }

  /** One dma-buf, mapped for the CPU as long as it is open. */
  static final class Buffer implements AutoCloseable {
    final int fd;
    final int sizeBytes;
    final ByteBuffer bytes;
    private final Pointer address;

    Buffer(int fd, int sizeBytes) {
      this.fd = fd;
      this.sizeBytes = sizeBytes;
      address = mmap(Pointer.NULL, sizeBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      if (Pointer.nativeValue(address) == -1) {
        fail("mmap: " + Errno.name(Libc.errno()));
      }
      bytes = address.getByteBuffer(0, sizeBytes).order(ByteOrder.nativeOrder());
    }

    /** The checksum of the first bytes, with CPU access begun and ended as the kernel asks. */
    long checksum(int lengthBytes) {
      sync(SYNC_READ);
      try {
        return FrameChecksum.of(bytes.duplicate().limit(lengthBytes));
      } finally {
        sync(SYNC_READ | SYNC_END);
      }
    }

    void copyFrom(Buffer other) {
      other.sync(SYNC_READ);
      sync(SYNC_WRITE);
      bytes.put(0, other.bytes, 0, Math.min(sizeBytes, other.sizeBytes));
      sync(SYNC_WRITE | SYNC_END);
      other.sync(SYNC_READ | SYNC_END);
    }

    private void sync(long flags) {
      Memory data = new Memory(Long.BYTES);
      data.setLong(0, flags);
      int result;
      do {
        result = Libc.ioctl(fd, DMA_BUF_IOCTL_SYNC, data);
      } while (result == -1 && (Libc.errno() == Errno.EINTR || Libc.errno() == Errno.EAGAIN));
      check("DMA_BUF_IOCTL_SYNC", result);
    }

    @Override
    public void close() {
      munmap(address, sizeBytes);
      check("close", Libc.close(fd));
    }
  }
}
