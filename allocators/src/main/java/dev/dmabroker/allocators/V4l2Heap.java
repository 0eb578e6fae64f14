package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.V4l2Provider;
import dev.dmabroker.allocators.linux.V4l2Source;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import java.util.OptionalInt;

/**
 * A heap of the buffers that a V4L2 driver allocates for a queue (V4L2_MEMORY_MMAP), for drivers
 * that insist on their own. Each buffer is a dma-buf made by VIDIOC_EXPBUF.
 *
 * <p>All buffers have the size that the queue's format asks for when the heap is opened. A request
 * for a larger buffer is refused as {@link Kind#TOO_LARGE}, even if the driver could allocate it.
 * The driver decides how many buffers there can be: 32 before kernel 6.9, and often more since. As
 * long as there are any, the queue is taken: another open file of the node gets EBUSY, and the
 * format cannot be changed. To stream with the buffers, open the heap of {@link #of the open file
 * that streams}, and queue each buffer by {@link #indexOf its index}.
 *
 * <p>Kernels before 6.10, and drivers without VIDIOC_REMOVE_BUFS, do not free single buffers:
 * buffers that were given back are cleared and given out again, and the driver gets them back when
 * all of them were given back. Formats with planes in several memories are refused, because a
 * buffer is one memory.
 *
 * <p>Thread-safe.
 */
public final class V4l2Heap implements Heap {
  private final String name;
  private final V4l2Source source;
  private final HeapTraits traits;
  private volatile boolean closed;

  /** The queues of a node. */
  public enum Queue {
    /** The queue that the device writes to. */
    CAPTURE,
    /** The queue that the device reads from. */
    OUTPUT
  }

  private V4l2Heap(String name, V4l2Source source, HeapTraits traits) {
    this.name = name;
    this.source = source;
    this.traits = traits;
  }

  /**
   * Opens the heap of an open node. The call allocates a buffer for a moment, to see what its
   * memory is like.
   *
   * @param name the heap's name, unique in the broker
   * @param fd a descriptor of the node; the heap takes a duplicate, and both stand for one open
   *     file
   * @param queue which of the node's queues allocates
   * @return the heap
   * @throws MemoryRefusedException if the node has no queue of this kind or no format, its buffers
   *     are in use, or the driver does not export them
   */
  public static V4l2Heap of(String name, int fd, Queue queue) {
    try {
      return open(name, fd, queue);
    } catch (HeapException e) {
      throw new MemoryRefusedException(e);
    }
  }

  private static V4l2Heap open(String name, int fd, Queue queue) throws HeapException {
    V4l2Source source = V4l2Source.of(name, fd, queue == Queue.OUTPUT);
    try {
      return new V4l2Heap(name, source, V4l2Provider.traits(source));
    } catch (HeapException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return source.type();
  }

  @Override
  public HeapTraits traits() {
    return traits;
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    if (closed) {
      throw new HeapException(Kind.FAILED, "heap " + name + " is closed");
    }
    request.requireAlignment(traits.alignmentBytes());
    return source.allocate(request.label(), request.sizeBytes());
  }

  /**
   * The number that VIDIOC_QBUF takes, with V4L2_MEMORY_MMAP, for a buffer of this heap.
   *
   * @param fd any descriptor of its dma-buf, for example {@link dev.dmabroker.Mapping#fd}
   * @return empty if the descriptor is not of a buffer of this heap
   */
  public OptionalInt indexOf(int fd) {
    return source.indexOf(fd);
  }

  @Override
  public Lingering lingering() {
    return source.leftovers().look();
  }

  @Override
  public void close() {
    closed = true;
    source.close();
  }

  @Override
  public String toString() {
    return "heap " + name;
  }
}
