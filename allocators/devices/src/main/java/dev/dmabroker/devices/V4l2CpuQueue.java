package dev.dmabroker.devices;

import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.LibC;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The buffers of one direction of a device in memory that is no dma-buf: the driver's own, which it
 * maps for the CPU, or the program's, which it takes by address. What there was before dma-bufs, to
 * compare with. Used by one thread.
 */
public final class V4l2CpuQueue implements OpenQueue {
  private final V4l2Ring ring;
  private final List<V4l2Ring.Plane> buffers;
  private final List<Pointer> mapped; // Of the driver's memory; empty for the program's.
  private final Set<Integer> queued = new HashSet<>();
  private boolean closed;

  private V4l2CpuQueue(V4l2Ring ring, List<V4l2Ring.Plane> buffers, List<Pointer> mapped) {
    this.ring = ring;
    this.buffers = buffers;
    this.mapped = mapped;
  }

  static V4l2CpuQueue ofDriver(V4l2Ring ring, Node node) {
    List<V4l2Ring.Plane> buffers = new ArrayList<>();
    List<Pointer> mapped = new ArrayList<>();
    V4l2CpuQueue queue = new V4l2CpuQueue(ring, buffers, mapped);
    try {
      checkOnePlane(ring);
      for (int i = 0; i < ring.count(); i++) {
        V4l2Ring.Plane buffer = ring.query(i);
        long at =
            LibC.calls()
                .mmap(
                    0,
                    buffer.lengthBytes(),
                    LibC.PROT_READ | LibC.PROT_WRITE,
                    LibC.MAP_SHARED,
                    node.fd(),
                    buffer.place());
        if (at == LibC.MAP_FAILED) {
          throw new DeviceException("mmap", node.name(), Errno.last().code());
        }
        buffers.add(buffer);
        mapped.add(new Pointer(at));
      }
      return queue;
    } catch (Throwable t) {
      queue.close();
      throw t;
    }
  }

  static V4l2CpuQueue ofUser(V4l2Ring ring, List<PageMemory> memory) {
    List<V4l2Ring.Plane> buffers =
        memory.stream()
            .limit(ring.count())
            .map(each -> new V4l2Ring.Plane(each.address(), 0, each.sizeBytes()))
            .toList();
    V4l2CpuQueue queue = new V4l2CpuQueue(ring, buffers, List.of());
    try {
      checkOnePlane(ring);
      return queue;
    } catch (Throwable t) {
      queue.close();
      throw t;
    }
  }

  private static void checkOnePlane(V4l2Ring ring) {
    if (ring.format().planes().size() != 1) {
      throw new IllegalStateException(ring + " has frames in several buffers: " + ring.format());
    }
  }

  /** {@return how many buffers there are} */
  public int count() {
    return buffers.size();
  }

  /** {@return how many buffers the driver has now} */
  public int queuedCount() {
    return queued.size();
  }

  /**
   * Gives a buffer to the driver, an output's with a whole frame.
   *
   * @param index the buffer's number, from 0
   * @throws DeviceException if the driver refuses
   */
  public void queue(int index) {
    V4l2Ring.Plane buffer = buffers.get(index);
    ring.queue(
        index,
        0,
        List.of(
            new V4l2Ring.Plane(buffer.place(), ring.format().sizeBytes(), buffer.lengthBytes())));
    queued.add(index);
  }

  /** Starts streaming. */
  public void start() {
    ring.streamOn();
  }

  /**
   * Takes back the next buffer that the driver is done with; waits for one.
   *
   * @param timeout how long to wait at most; zero looks and returns, which takes one system call
   * @return empty if the time passed
   * @throws DeviceException if the device failed
   */
  public Optional<V4l2Buffer> dequeue(Duration timeout) {
    long deadline = Deadlines.after(timeout);
    boolean looks = timeout.isZero();
    Optional<V4l2Buffer> buffer = Optional.empty();
    while (buffer.isEmpty() && (looks || ring.await(deadline))) {
      buffer = ring.tryDequeue();
      if (looks) {
        break;
      }
    }
    buffer.ifPresent(back -> queued.remove(back.index()));
    return buffer;
  }

  /**
   * Copies a whole frame by the CPU from the driver's memory of another queue to this one's.
   *
   * @param index the number of this queue's buffer, which is written
   * @param from the queue that is read from
   * @param fromIndex the number of that queue's buffer
   * @throws IllegalStateException unless both queues are open and in their drivers' memory
   */
  public void copyFrame(int index, V4l2CpuQueue from, int fromIndex) {
    if (closed || from.closed || mapped.isEmpty() || from.mapped.isEmpty()) {
      throw new IllegalStateException("frames are copied between drivers' memory that is open");
    }
    int bytes = Math.min(ring.format().sizeBytes(), from.ring.format().sizeBytes());
    mapped
        .get(index)
        .getByteBuffer(0, bytes)
        .put(from.mapped.get(fromIndex).getByteBuffer(0, bytes));
  }

  /** Stops streaming and takes every buffer away from the driver. */
  public void stop() {
    ring.streamOff();
    queued.clear();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** Stops, and gives the driver's memory back. A second call does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // Unmapped first: the driver frees no memory that is mapped.
    for (int i = 0; i < mapped.size(); i++) {
      LibC.calls().munmap(Pointer.nativeValue(mapped.get(i)), buffers.get(i).lengthBytes());
    }
    ring.release();
  }
}
