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
 * The buffers that a V4L2 driver allocates for a queue (V4L2_MEMORY_MMAP), for drivers that insist
 * on their own. Each is a dma-buf by VIDIOC_EXPBUF.
 *
 * <p>All have the size that the queue's format asks for when the heap is opened; a larger buffer is
 * refused as {@link Kind#TOO_LARGE}, whatever the driver might make of it. How many there can be
 * the driver says, mostly 32. As long as there are any the queue is taken: another open file of the
 * node gets EBUSY, and the format cannot be changed. To stream with them, open the heap of {@link
 * #of the same open file}, and queue each by {@link #indexOf its index}.
 *
 * <p>Kernels before 6.10, and drivers without VIDIOC_REMOVE_BUFS, do not free single buffers: those
 * that were given back are cleared and given out again, and the driver gets them back when all
 * were. Formats whose planes lie in several memories are refused, as a buffer is one.
 *
 * <p>Thread-safe.
 */
public final class V4l2Heap implements Heap {
  private final String name;
  private final V4l2Source source;
  private final HeapTraits traits;
  private volatile boolean closed;

  /** Which of a node's queues. */
  public enum Queue {
    /** What the device writes to. */
    CAPTURE,
    /** What the device reads from. */
    OUTPUT
  }

  private V4l2Heap(String name, V4l2Source source, HeapTraits traits) {
    this.name = name;
    this.source = source;
    this.traits = traits;
  }

  /**
   * The heap of an open node. Allocates a buffer for a moment, to see what it is like.
   *
   * @param name unique in the broker
   * @param fd of the node; a duplicate is taken, which is the same open file
   * @throws HeapException if the node has no such queue or no format, its buffers are in use, or
   *     the driver does not export them
   */
  public static V4l2Heap of(String name, int fd, Queue queue) throws HeapException {
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
  public Backing allocate(String label, long sizeBytes) throws HeapException {
    if (closed) {
      throw new HeapException(Kind.FAILED, "heap " + name + " is closed");
    }
    return source.allocate(label, sizeBytes);
  }

  /**
   * The number that VIDIOC_QBUF takes, with V4L2_MEMORY_MMAP, for a buffer of this heap.
   *
   * @param fd any descriptor of its dma-buf, such as {@link dev.dmabroker.Mapping#fd}
   * @return empty if it is none of this heap's
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
