package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.DmaHeapProvider;
import dev.dmabroker.allocators.linux.DumbProvider;
import dev.dmabroker.allocators.linux.MemfdProvider;
import dev.dmabroker.allocators.linux.NumaProvider;
import dev.dmabroker.allocators.linux.UdmabufProvider;
import dev.dmabroker.allocators.linux.V4l2Provider;
import dev.dmabroker.spi.HeapProvider;

/**
 * The heaps of this module, for who names them instead of having them discovered. Every method
 * returns at once and throws nothing; a provider looks at the machine when it is asked to discover.
 */
public final class Heaps {

  private Heaps() {}

  /**
   * A heap with the properties that its maker gives it, over ordinary memory: for tests, and for
   * machines without dma-bufs.
   *
   * @param name unique in the broker
   */
  public static ModelledHeap.Builder modelled(String name) {
    return new ModelledHeap.Builder(name);
  }

  /**
   * The kernel's dma-heaps, one for each node in /dev/dma_heap, under the node's name. The default
   * CMA heap is also called {@code cma}.
   */
  public static HeapProvider dmaHeaps() {
    return new DmaHeapProvider();
  }

  /** {@code udmabuf} and {@code udmabuf-huge}: dma-bufs of ordinary memory by /dev/udmabuf. */
  public static HeapProvider udmabuf() {
    return new UdmabufProvider();
  }

  /**
   * {@code memfd} and {@code memfd-huge}: memory for processes alone, which devices do not reach.
   */
  public static HeapProvider memfd() {
    return new MemfdProvider();
  }

  /**
   * Memory at each NUMA node, {@code memfd-nodeN} and {@code udmabuf-nodeN}, where the machine has
   * several; elsewhere a closed finding that says so. The node is preferred: when it is full pages
   * come from others. Not discovered by itself, as it is the memory of {@link #memfd} and {@link
   * #udmabuf} once more.
   */
  public static HeapProvider numa() {
    return new NumaProvider();
  }

  /**
   * The dumb buffers of each DRM device, {@code drm-cardN}: what a display shows without any
   * driver's help. Not discovered by itself, as they are meant for that, and may lie in the card.
   * Each buffer is at most 4 GiB. The nodes are opened without becoming their master.
   */
  public static HeapProvider drmDumb() {
    return new DumbProvider();
  }

  /**
   * The buffers that V4L2 drivers allocate, {@code videoN-capture} and {@code videoN-output}, in
   * the format that each node has now; see {@link V4l2Heap}. Not discovered by itself, as nobody
   * else can use a queue whose buffers are out. Asking allocates from each node for a moment.
   */
  public static HeapProvider v4l2() {
    return new V4l2Provider();
  }

  /**
   * What stands in for the kernel's heaps where there are none: {@code system}, scattered and
   * without a limit, and {@code cma}, 256 MiB of contiguous memory below 4 GiB. A fallback.
   */
  public static HeapProvider modelledDefaults() {
    return new ModelledDefaults();
  }
}
