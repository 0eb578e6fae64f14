package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.fail;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private final int fd;

  DmaHeap(String name) {
    fd = check("open " + name, LibC.calls().open(Fd.text("/dev/dma_heap/" + name), heapFlags(), 0));
  }

  private static int heapFlags() {
    return LibC.O_RDWR | LibC.O_CLOEXEC;
  }

  Buffer allocate(int sizeBytes) {
    Memory data = Structs.zeroed(24);
    data.setLong(0, sizeBytes);
    data.setInt(12, heapFlags());
    check(
        "DMA_HEAP_IOCTL_ALLOC",
        LibC.calls().ioctl(fd, DMA_HEAP_IOCTL_ALLOC, Pointer.nativeValue(data)));
    return new Buffer(data.getInt(8), sizeBytes);
  }

  @Override
  public void close() {
    check("close", LibC.calls().close(fd));
  }

  private static int check(String call, int result) {
    return result == -1 ? fail(call + ": " + Errno.last()) : result;
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
      address =
          new Pointer(
              LibC.calls()
                  .mmap(0, sizeBytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, fd, 0));
      if (Pointer.nativeValue(address) == -1) {
        fail("mmap: " + Errno.last());
      }
      bytes = address.getByteBuffer(0, sizeBytes).order(ByteOrder.nativeOrder());
    }

    /** The checksum of the first bytes, with CPU access begun and ended as the kernel asks. */
    long checksum(int lengthBytes) {
      sync(SYNC_READ);
      try {
        return Lab.checksum(bytes.duplicate().limit(lengthBytes));
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
        result = LibC.calls().ioctl(fd, DMA_BUF_IOCTL_SYNC, Pointer.nativeValue(data));
      } while (result == -1 && List.of(Errno.EINTR, Errno.EAGAIN).contains(Errno.last()));
      check("DMA_BUF_IOCTL_SYNC", result);
    }

    @Override
    public void close() {
      LibC.calls().munmap(Pointer.nativeValue(address), sizeBytes);
      check("close", LibC.calls().close(fd));
    }
  }
}
