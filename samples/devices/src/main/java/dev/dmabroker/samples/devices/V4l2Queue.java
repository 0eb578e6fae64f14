package dev.dmabroker.samples.devices;

import com.sun.jna.Memory;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The buffers of one direction of a device, all of them dma-bufs that the driver imports.
 *
 * <p>A queue is used by one thread; {@link #stop()} and {@link #close()} may come from any. They
 * wake a {@link #dequeue} that waits: the kernel ends its wait when streaming stops, and only then
 * do they take the lock that {@code dequeue} holds.
 *
 * <p>The driver keeps a dma-buf attached to its index after it gave the buffer back, and also after
 * {@code stop()}: until another dma-buf is queued at that index, or the queue is closed.
 */
public final class V4l2Queue implements AutoCloseable {
  private final V4l2Device device;
  private final V4l2Direction direction;
  private final int count;
  private final Memory type;
  private final Object lock = new Object();
  // Guarded by the lock.
  private final Memory buffer = new Memory(VideoDev2.BUFFER);
  private final Memory pollFd = new Memory(Libc.POLLFD_SIZE);
  private final BitSet queued = new BitSet();
  private volatile boolean streaming;
  private volatile boolean closed;

  V4l2Queue(V4l2Device device, V4l2Direction direction, int count) {
    this.device = device;
    this.direction = direction;
    this.type = V4l2Device.integer(direction.bufferType);
    this.count = request(count);
  }

  /** Sets the number of buffers, 0 giving back all that the driver holds; returns its answer. */
  private int request(int wanted) {
    Memory request = request(direction, wanted);
    device.ioctl("VIDIOC_REQBUFS", VideoDev2.VIDIOC_REQBUFS, request);
    return request.getInt(VideoDev2.REQUESTBUFFERS__COUNT);
  }

  static Memory request(V4l2Direction direction, int wanted) {
    Memory request = V4l2Device.zeroed(VideoDev2.REQUESTBUFFERS);
    request.setInt(VideoDev2.REQUESTBUFFERS__COUNT, wanted);
    request.setInt(VideoDev2.REQUESTBUFFERS__TYPE, direction.bufferType);
    request.setInt(VideoDev2.REQUESTBUFFERS__MEMORY, VideoDev2.V4L2_MEMORY_DMABUF);
    return request;
  }

  /** How many buffers the driver granted, which may be more or fewer than were wished for. */
  public int count() {
    return count;
  }

  /** How many buffers the driver has now. */
  public int queuedCount() {
    synchronized (lock) {
      return queued.cardinality();
    }
  }

  /**
   * Gives a buffer to the driver, which imports the dma-buf unless it has it at this index already.
   *
   * @param index from 0 to {@link #count()} - 1, and not queued
   * @param fd a dma-buf; the driver keeps a reference of its own, so that it may be closed
   * @param bytesUsed bytes of contents for an output; a capture ignores it
   * @param lengthBytes the size of the dma-buf, at least {@link V4l2Format#sizeBytes()}
   * @throws V4l2Exception with EFAULT if the device cannot reach the memory, EINVAL if the index is
   *     wrong or taken, the memory too small, or the descriptor no dma-buf
   * @throws IllegalStateException if the queue is closed
   */
  public void queue(int index, int fd, int bytesUsed, int lengthBytes) {
    synchronized (lock) {
      checkOpen();
      clearBuffer();
      buffer.setInt(VideoDev2.BUFFER__INDEX, index);
      buffer.setInt(VideoDev2.BUFFER__BYTESUSED, bytesUsed);
      buffer.setInt(VideoDev2.BUFFER__FIELD, VideoDev2.V4L2_FIELD_NONE);
      buffer.setInt(VideoDev2.BUFFER__FD, fd);
      buffer.setInt(VideoDev2.BUFFER__LENGTH, lengthBytes);
      device.ioctl("VIDIOC_QBUF", VideoDev2.VIDIOC_QBUF, buffer);
      queued.set(index);
    }
  }

  /**
   * Starts streaming; buffers may be queued before or after.
   *
   * @throws V4l2Exception if the driver cannot start
   * @throws IllegalStateException if the queue is closed
   */
  public void start() {
    synchronized (lock) {
      checkOpen();
      device.ioctl("VIDIOC_STREAMON", VideoDev2.VIDIOC_STREAMON, type);
      streaming = true;
    }
  }

  /**
   * Takes back the next buffer that the driver is done with; waits for one.
   *
   * @param timeout how long to wait, up to {@link Integer#MAX_VALUE} ms; zero looks and returns
   * @return empty if the time passed
   * @throws V4l2Exception with EIO if the device failed, EPIPE after the last frame of a codec
   * @throws IllegalStateException if the queue is not streaming, be it that another thread stopped
   *     it during the wait, or if nothing is queued, so that nothing could come back
   */
  public Optional<V4l2Buffer> dequeue(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (lock) {
      checkStreaming();
      if (queued.isEmpty()) {
        throw new IllegalStateException(this + " has nothing queued to wait for");
      }
      while (poll(deadline)) {
        clearBuffer();
        int errno = device.tryIoctl(VideoDev2.VIDIOC_DQBUF, buffer);
        if (errno == 0) {
          V4l2Buffer result = read();
          queued.clear(result.index());
          return Optional.of(result);
        }
        if (errno != Errno.EAGAIN) {
          checkStreaming(); // EINVAL after a stop is no driver's fault.
          throw new V4l2Exception("VIDIOC_DQBUF", device.node(), errno);
        }
      }
      return Optional.empty();
    }
  }

  /** Waits until DQBUF has something to say; false if that is not so at the deadline. */
  private boolean poll(long deadline) {
    while (true) {
      pollFd.clear();
      pollFd.setInt(0, device.fd());
      pollFd.setShort(Libc.POLLFD_EVENTS, direction.pollEvents);
      // Rounded up, lest the last millisecond be spent spinning.
      long millis = Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
      int ready = Libc.poll(pollFd, 1, (int) Math.min(millis, Integer.MAX_VALUE));
      if (ready >= 0) {
        return ready > 0;
      }
      int errno = Libc.errno();
      if (errno != Errno.EINTR) {
        throw new V4l2Exception("poll", device.node(), errno);
      }
    }
  }

  private V4l2Buffer read() {
    long seconds = buffer.getLong(VideoDev2.BUFFER__TIMESTAMP_SEC);
    long micros = buffer.getLong(VideoDev2.BUFFER__TIMESTAMP_USEC);
    return new V4l2Buffer(
        buffer.getInt(VideoDev2.BUFFER__INDEX),
        buffer.getInt(VideoDev2.BUFFER__BYTESUSED),
        Integer.toUnsignedLong(buffer.getInt(VideoDev2.BUFFER__SEQUENCE)),
        seconds * 1_000_000_000 + micros * 1_000,
        (buffer.getInt(VideoDev2.BUFFER__FLAGS) & VideoDev2.V4L2_BUF_FLAG_ERROR) != 0);
  }

  /**
   * Stops streaming and takes every buffer away from the driver. The queue can be started again.
   *
   * @return the indices that were queued, in ascending order, so that the caller can unmap them;
   *     empty on a second call
   */
  public List<Integer> stop() {
    streaming = false;
    streamOff(); // Without the lock: it ends the wait of a thread that holds it.
    synchronized (lock) {
      streaming = false; // That thread may have started and queued in between.
      streamOff();
      List<Integer> indices = queued.stream().boxed().toList();
      queued.clear();
      return indices;
    }
  }

  private void streamOff() {
    if (!closed) {
      device.ioctl("VIDIOC_STREAMOFF", VideoDev2.VIDIOC_STREAMOFF, type);
    }
  }

  /**
   * Stops, and lets the driver forget every dma-buf. A caller that has to know what was queued
   * calls {@link #stop()} first. A second call does nothing.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop();
    synchronized (lock) {
      if (!closed) {
        closed = true;
        request(0);
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  private void checkStreaming() {
    checkOpen();
    if (!streaming) {
      throw new IllegalStateException(this + " is not streaming");
    }
  }

  private void clearBuffer() {
    buffer.clear();
    buffer.setInt(VideoDev2.BUFFER__TYPE, direction.bufferType);
    buffer.setInt(VideoDev2.BUFFER__MEMORY, VideoDev2.V4L2_MEMORY_DMABUF);
  }

  /** For errors: "the CAPTURE queue of /dev/video7". */
  @Override
  public String toString() {
    return "the %s queue of %s".formatted(direction, device.node());
  }
}
