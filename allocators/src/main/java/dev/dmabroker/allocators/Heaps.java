package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.DmaHeapProvider;
import dev.dmabroker.allocators.linux.MemfdProvider;
import dev.dmabroker.allocators.linux.UdmabufProvider;
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
   * What stands in for the kernel's heaps where there are none: {@code system}, scattered and
   * without a limit, and {@code cma}, 256 MiB of contiguous memory below 4 GiB. A fallback.
   */
  public static HeapProvider modelledDefaults() {
    return new ModelledHeapProvider();
  }
}
