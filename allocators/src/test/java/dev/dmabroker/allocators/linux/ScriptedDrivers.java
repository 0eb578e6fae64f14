package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of every driver that this package knows, as kernels do. The "dma-bufs" are
 * memfds.
 */
final class ScriptedDrivers implements ScriptedKernel.Script {

  /** The handles of dumb buffers that there are. */
  private final Set<Integer> handles = new TreeSet<>();

  private final V4l2SourceTest.Driver queue = new V4l2SourceTest.Driver();
  private int nextHandle = 1;

  /** Whether the memory that it gives faults when it is accessed. */
  boolean givesNoPages;

  /** Of the dumb buffer that was made last. */
  private long sizeBytes;

  @Override
  public @Nullable Number answer(ScriptedKernel.Call call) {
    if (call.is("fstatfs")) {
      argument(call, 1).putLong(0, LibC.DMA_BUF_MAGIC);
      return 0;
    }
    if (call.is("syscall")) {
      return 0; // It is mbind, which kernels without NUMA do not have.
    }
    if (!call.is("ioctl")) {
      return null;
    }
    long request = call.number(1);
    if ((request >> 8 & 0xff) == 'V') {
      Errno refusal = queue.ask(request, argument(call, 2));
      return refusal == null ? (Number) 0 : ScriptedKernel.failure(refusal);
    }
    if (request == Ioctl.DMA_HEAP_IOCTL_ALLOC) {
      ByteBuffer allocation = argument(call, 2);
      allocation.putInt(Long.BYTES, memfd(allocation.getLong(0)));
      return 0;
    }
    if (request == Ioctl.UDMABUF_CREATE) {
      return LibC.calls().fcntl(argument(call, 2).getInt(0), LibC.F_DUPFD_CLOEXEC, 0);
    }
    if (request == Ioctl.DMA_BUF_IOCTL_EXPORT_SYNC_FILE) {
      argument(call, 2).putInt(4, LibC.calls().eventfd(0, LibC.EFD_CLOEXEC));
      return 0;
    }
    return dumb(request, call);
  }

  /** Whether all memory and all handles were given back. */
  boolean hasNothingOut() {
    return handles.isEmpty() && queue.buffers.isEmpty();
  }

  /** The nodes are closed: the drivers free all. */
  void end() {
    handles.clear();
    queue.buffers.clear();
  }

  private Number dumb(long request, ScriptedKernel.Call call) {
    if (request == DrmMode.DRM_IOCTL_GET_CAP) {
      argument(call, 2).putLong(8, 1 | DrmMode.DRM_PRIME_CAP_EXPORT);
    } else if (request == DrmMode.DRM_IOCTL_MODE_CREATE_DUMB) {
      ByteBuffer dumb = argument(call, 2);
      long bytes = (long) dumb.getInt(0) * dumb.getInt(4) * 4;
      dumb.putInt(16, nextHandle).putLong(24, bytes);
      sizeBytes = bytes;
      handles.add(nextHandle++);
    } else if (request == DrmMode.DRM_IOCTL_PRIME_HANDLE_TO_FD) {
      argument(call, 2).putInt(8, memfd(sizeBytes));
    } else if (request == DrmMode.DRM_IOCTL_MODE_DESTROY_DUMB) {
      handles.remove(argument(call, 2).getInt(0));
    }
    return 0; // The others are granted, and change nothing.
  }

  private int memfd(long bytes) {
    int fd = LibC.calls().memfd_create(Fd.text("driver"), LibC.MFD_CLOEXEC);
    assertEquals(0, LibC.calls().ftruncate(fd, givesNoPages ? 0 : bytes));
    return fd;
  }

  private static ByteBuffer argument(ScriptedKernel.Call call, int at) {
    return ByteBuffer.wrap(call.bytes(at)).order(ByteOrder.nativeOrder());
  }
}
