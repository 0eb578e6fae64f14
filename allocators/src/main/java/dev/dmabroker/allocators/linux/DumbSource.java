package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Allocates dumb buffers of a DRM device, as dma-bufs. A dumb buffer is a picture; here it is a
 * picture of 32 bits a pixel, with lines of one page and as many lines as the size needs.
 *
 * <p>The kernel does not count the uses of a GEM handle, and all users of the open file share it.
 * So no handle outlives the call that made it: the dma-buf, and a mapping, hold the memory without
 * one. Thread-safe.
 */
final class DumbSource implements Source {
  private static final int BITS_PER_PIXEL = 32;

  /** The kernel keeps a dumb buffer's size in 32 bits (drm_dumb_buffers.c). */
  private static final long LIMIT_BYTES = 1L << 32;

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
  DumbSource(String heap, Fd node, boolean ordinaryMemory) {
    this.heap = heap;
    this.node = node;
    this.ordinaryMemory = ordinaryMemory;
  }

  /** The size of the largest dumb buffer. */
  static long maxSizeBytes() {
    return LIMIT_BYTES - Pages.size();
  }

  @Override
  public String type() {
    return "drm-dumb";
  }

  @Override
  public LinuxBacking allocate(String label, long sizeBytes) throws HeapException {
    long rounded = Pages.roundUp(heap, sizeBytes, Pages.size());
    if (rounded > maxSizeBytes()) {
      throw new HeapException(
          Kind.TOO_LARGE,
          heap + " cannot give " + rounded + " bytes: a dumb buffer has less than " + LIMIT_BYTES);
    }
    if (ordinaryMemory) {
      MemoryRoom.of(MemoryRoom.Pool.FILES).require(heap, rounded);
    }
    String what = heap + ":" + label;
    try (Fd.Use use = node.use()) {
      ByteBuffer dumb = create(use.number(), rounded, what);
      int handle = dumb.getInt(DrmMode.MODE_CREATE_DUMB__HANDLE);
      try {
        return export(
            use.number(), handle, dumb.getLong(DrmMode.MODE_CREATE_DUMB__SIZE), label, what);
      } finally {
        destroy(use.number(), handle);
      }
    }
  }

  /**
   * Makes the dma-buf, maps it and clears it: drivers need not clear it, nor give it pages before
   * that.
   */
  private LinuxBacking export(int node, int handle, long sizeBytes, String label, String what)
      throws HeapException {
    ByteBuffer prime =
        request(DrmMode.PRIME_HANDLE)
            .putInt(DrmMode.PRIME_HANDLE__HANDLE, handle)
            .putInt(DrmMode.PRIME_HANDLE__FLAGS, DrmMode.DRM_CLOEXEC | DrmMode.DRM_RDWR);
    call(
        node,
        DrmMode.DRM_IOCTL_PRIME_HANDLE_TO_FD,
        prime,
        "DRM_IOCTL_PRIME_HANDLE_TO_FD for " + what);
    int dmaBuf = prime.getInt(DrmMode.PRIME_HANDLE__FD);
    LinuxBacking backing;
    try {
      AddressRange range = map(node, dmaBuf, handle, sizeBytes, what);
      backing = new LinuxBacking(new Fd(dmaBuf, what), range, sizeBytes, what, leftovers);
    } catch (HeapException | RuntimeException | Error e) {
      LibC.calls().close(dmaBuf);
      throw e;
    }
    try {
      backing.name(label);
      backing.zero();
      return backing;
    } catch (HeapException | RuntimeException | Error e) {
      backing.release();
      throw e;
    }
  }

  /** Maps by the dma-buf; if the driver does not do that, by the node. */
  private static AddressRange map(int node, int dmaBuf, int handle, long sizeBytes, String what)
      throws HeapException {
    try {
      return AddressRange.map(dmaBuf, sizeBytes, true, what);
    } catch (HeapException e) {
      if (e.kind() != Kind.FAILED) {
        throw e;
      }
      return mapByNode(node, handle, sizeBytes, what, e);
    }
  }

  private static AddressRange mapByNode(
      int node, int handle, long sizeBytes, String what, HeapException why) throws HeapException {
    try {
      ByteBuffer map = request(DrmMode.MODE_MAP_DUMB).putInt(DrmMode.MODE_MAP_DUMB__HANDLE, handle);
      call(node, DrmMode.DRM_IOCTL_MODE_MAP_DUMB, map, "DRM_IOCTL_MODE_MAP_DUMB for " + what);
      return AddressRange.map(
          node, map.getLong(DrmMode.MODE_MAP_DUMB__OFFSET), sizeBytes, true, what);
    } catch (HeapException e) {
      throw new HeapException(e.kind(), why.getMessage() + "; by the node too: " + e.getMessage());
    }
  }

  private static ByteBuffer create(int node, long bytes, String what) throws HeapException {
    long pitch = Pages.size();
    ByteBuffer dumb =
        request(DrmMode.MODE_CREATE_DUMB)
            .putInt(DrmMode.MODE_CREATE_DUMB__HEIGHT, (int) (bytes / pitch))
            .putInt(DrmMode.MODE_CREATE_DUMB__WIDTH, (int) (pitch / (BITS_PER_PIXEL / Byte.SIZE)))
            .putInt(DrmMode.MODE_CREATE_DUMB__BPP, BITS_PER_PIXEL);
    call(
        node,
        DrmMode.DRM_IOCTL_MODE_CREATE_DUMB,
        dumb,
        "DRM_IOCTL_MODE_CREATE_DUMB of " + bytes + " bytes for " + what);
    return dumb;
  }

  /** Gives the handle up. If the driver refuses, the handle lasts as long as the open node. */
  private static void destroy(int node, int handle) {
    ByteBuffer destroy =
        request(DrmMode.MODE_DESTROY_DUMB).putInt(DrmMode.MODE_DESTROY_DUMB__HANDLE, handle);
    Optional<Errno> unused = Drm.ask(node, DrmMode.DRM_IOCTL_MODE_DESTROY_DUMB, destroy);
  }

  private static void call(int node, long request, ByteBuffer argument, String what)
      throws HeapException {
    Optional<Errno> refusal = Drm.ask(node, request, argument);
    if (refusal.isPresent()) {
      throw refusal.get().failure(what);
    }
  }

  private static ByteBuffer request(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
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
