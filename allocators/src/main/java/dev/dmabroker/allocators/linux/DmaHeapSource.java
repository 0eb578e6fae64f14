package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Allocates dma-bufs from one node in /dev/dma_heap. Thread-safe. */
final class DmaHeapSource implements Source {

  private final String heap;
  private final Fd node;
  private final boolean ordinaryMemory;
  private final Leftovers leftovers = new Leftovers();

  /**
   * Takes over the node.
   *
   * @param ordinaryMemory whether its memory is that of the page allocator, which answers a
   *     shortage by killing a process
   */
  DmaHeapSource(String heap, Fd node, boolean ordinaryMemory) {
    this.heap = heap;
    this.node = node;
    this.ordinaryMemory = ordinaryMemory;
  }

  @Override
  public String type() {
    return "dma-heap";
  }

  @Override
  public LinuxBacking allocate(String label, long sizeBytes) throws HeapException {
    long rounded = Pages.roundUp(heap, sizeBytes, Pages.size());
    if (ordinaryMemory) {
      MemoryRoom.require(heap, rounded);
    }
    String what = heap + ":" + label;
    Fd fd = new Fd(request(rounded, what), what);
    LinuxBacking backing = new LinuxBacking(fd, rounded, true, what, leftovers, () -> {});
    backing.name(label);
    return backing;
  }

  private int request(long bytes, String what) throws HeapException {
    ByteBuffer request =
        ByteBuffer.allocate(Ioctl.HEAP_ALLOCATION_BYTES).order(ByteOrder.nativeOrder());
    try (Fd.Use use = node.use()) {
      while (true) {
        request.clear();
        request.putLong(bytes).putInt(0).putInt(LibC.O_RDWR | LibC.O_CLOEXEC).putLong(0);
        if (LibC.calls().ioctl(use.number(), Ioctl.DMA_HEAP_IOCTL_ALLOC, request.array()) == 0) {
          return request.getInt(Long.BYTES);
        }
        Errno errno = Errno.last();
        if (!errno.equals(Errno.EINTR)) {
          throw errno.failure("DMA_HEAP_IOCTL_ALLOC of " + bytes + " bytes for " + what);
        }
      }
    }
  }

  @Override
  public Leftovers leftovers() {
    return leftovers;
  }

  @Override
  public void close() {
    node.close();
  }
}
