package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Allocates dma-bufs from one node in /dev/dma_heap. Thread-safe. */
final class DmaHeapSource implements Source {

  private final String heap;
  private final Fd node;
  private final boolean kernelClears;
  private final boolean ordinaryMemory;
  private final Leftovers leftovers = new Leftovers();

  /**
   * Takes over the node.
   *
   * @param kernelClears whether the heap is one of the kernel's own, which clear their memory; what
   *     others give is cleared here, as far as the CPU reaches it
   */
  DmaHeapSource(String heap, Fd node, boolean kernelClears) {
    this.heap = heap;
    this.node = node;
    this.kernelClears = kernelClears;
    this.ordinaryMemory = heap.startsWith("system");
  }

  @Override
  public String type() {
    return "dma-heap";
  }

  @Override
  public LinuxBacking allocate(String label, long sizeBytes) throws HeapException {
    long rounded = Pages.roundUp(heap, sizeBytes, Pages.size());
    if (ordinaryMemory) {
      // A shortage of the page allocator's memory is answered by killing a process.
      MemoryRoom.of(MemoryRoom.Pool.SYSTEM_HEAP).require(heap, rounded);
    }
    String what = heap + ":" + label;
    Fd fd = new Fd(request(rounded, what), what);
    LinuxBacking backing = new LinuxBacking(fd, rounded, true, what, leftovers, () -> {});
    backing.name(label);
    if (!kernelClears) {
      clear(backing);
    }
    return backing;
  }

  /** Clears memory, as far as the CPU reaches it: an unknown driver may give what others left. */
  private static void clear(LinuxBacking backing) throws HeapException {
    try {
      if (isMapped(backing)) {
        backing.zero();
      }
    } catch (HeapException | RuntimeException | Error e) {
      backing.release();
      throw e;
    }
  }

  /**
   * Whether the CPU has a mapping of the memory. If the driver gives none, no process reads it.
   *
   * @throws HeapException if there is no room for one
   */
  private static boolean isMapped(LinuxBacking backing) throws HeapException {
    try {
      AddressRange unused = backing.range();
      return true;
    } catch (HeapException e) {
      if (e.kind() == Kind.FAILED || e.kind() == Kind.NO_PERMISSION) {
        return false;
      }
      throw e;
    }
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
