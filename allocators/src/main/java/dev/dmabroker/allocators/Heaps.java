package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.DmaHeapProvider;
import dev.dmabroker.allocators.linux.DumbProvider;
import dev.dmabroker.allocators.linux.MemfdProvider;
import dev.dmabroker.allocators.linux.NumaProvider;
import dev.dmabroker.allocators.linux.UdmabufProvider;
import dev.dmabroker.allocators.linux.V4l2Provider;
import dev.dmabroker.spi.HeapProvider;

/**
 * The heap providers of this module, for applications that name them instead of having them
 * discovered. Every method returns at once and throws nothing; a provider looks at the machine when
 * the broker asks it to discover. Thread-safe.
 */
public final class Heaps {

  private Heaps() {}

  /**
   * Finds the kernel's dma-heaps, one for each node in /dev/dma_heap, under the node's name. The
   * default CMA heap is also called {@code cma}.
   *
   * @return the provider
   */
  public static HeapProvider dmaHeaps() {
    return new DmaHeapProvider();
  }

  /**
   * Finds {@code udmabuf} and {@code udmabuf-huge}: dma-bufs of ordinary memory, made by
   * /dev/udmabuf.
   *
   * @return the provider
   */
  public static HeapProvider udmabuf() {
    return new UdmabufProvider();
  }

  /**
   * Finds {@code memfd} and {@code memfd-huge}: memory that only processes reach, and no device.
   *
   * <p>The memory is sealed, so that no process can change its size. A process that got a
   * descriptor of it ({@link dev.dmabroker.Mapping#dupFd}) can still take pages out of it, as it
   * can overwrite them: they then read as zeros. If there is no page left to put there, an access
   * faults: in a ByteBuffer it throws {@link InternalError}, a copy by the broker fails, and native
   * code ends the process with SIGBUS. That takes a machine without memory for {@code memfd}, and
   * an empty pool of huge pages for {@code memfd-huge}. So {@code memfd-huge} is not preferred to
   * other memory. Name it ({@link dev.dmabroker.spec.ConstraintsBuilder#permittedHeaps}) for
   * buffers that are shared with trusted processes only; {@link #udmabuf} has memory of which no
   * process can take pages away.
   *
   * @return the provider
   */
  public static HeapProvider memfd() {
    return new MemfdProvider();
  }

  /**
   * Finds memory at each NUMA node, {@code memfd-nodeN} and {@code udmabuf-nodeN}, if the machine
   * has several nodes; otherwise gives a closed finding that says so. The node is preferred: when
   * it is full, pages come from other nodes. This provider is not discovered by itself, because it
   * offers the memory of {@link #memfd} and {@link #udmabuf} once more.
   *
   * @return the provider
   */
  public static HeapProvider numa() {
    return new NumaProvider();
  }

  /**
   * Finds the dumb buffers of each DRM device, {@code drm-cardN}: memory that a display shows
   * without the help of a specific driver. This provider is not discovered by itself, because dumb
   * buffers are meant for displays, and may lie in the card. Each buffer is at most 4 GiB. Opening
   * the nodes does not make the process their master.
   *
   * @return the provider
   */
  public static HeapProvider drmDumb() {
    return new DumbProvider();
  }

  /**
   * Finds the buffers that V4L2 drivers allocate, {@code videoN-capture} and {@code videoN-output},
   * in the format that each node has now; see {@link V4l2Heap}. This provider is not discovered by
   * itself, because a queue with buffers in use cannot be used through another open file. Discovery
   * allocates from each node for a moment.
   *
   * @return the provider
   */
  public static HeapProvider v4l2() {
    return new V4l2Provider();
  }

  /**
   * Gives models of the kernel's heaps to a broker that has no heap with memory that drivers
   * import, so that a program can be tried on any machine: {@code modelled-system}, scattered and
   * without a limit, and {@code modelled-cma}, 256 MiB of contiguous memory below 4 GiB. The models
   * claim that drivers can import their memory, and none can. This provider is not discovered by
   * itself: the application adds it to the broker's builder.
   *
   * @return the provider
   */
  public static HeapProvider modelledStandIns() {
    return new ModelledStandIns();
  }
}
