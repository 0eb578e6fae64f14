package dev.dmabroker.devices;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.util.List;
import java.util.Optional;

/**
 * The buffers of one direction of a node, by index: the system calls of single- and multi-planar
 * queues, whatever the kind of memory. {@link #await} and {@link #streamOff} may come from any
 * thread, the others from one at a time.
 */
final class V4l2Ring {
  private final Node node;
  private final V4l2Direction direction;
  private final int memory;
  private final boolean multiPlanar;
  private final V4l2Format format;
  private final Memory type;
  private final Memory buffer = new Memory(VideoDev2.BUFFER);
  private final Memory planes = new Memory((long) VideoDev2.PLANE * VideoDev2.VIDEO_MAX_PLANES);
  private int count;

  /**
   * What lies in one plane of a buffer.
   *
   * @param place a descriptor, an address or an offset, by the kind of memory
   * @param bytesUsed bytes of contents, of an output
   * @param lengthBytes bytes that there are
   */
  record Plane(long place, int bytesUsed, int lengthBytes) {}

  /**
   * Asks for buffers.
   *
   * @param memory one of the V4L2_MEMORY constants
   * @throws DeviceException with EBUSY if another has buffers there, EINVAL if there is no such
   *     kind of memory
   * @throws IllegalStateException if the format has no size yet, or no buffer is granted
   */
  V4l2Ring(
      Node node,
      V4l2Direction direction,
      boolean multiPlanar,
      int memory,
      V4l2Format format,
      int wanted) {
    this.node = node;
    this.direction = direction;
    this.memory = memory;
    this.multiPlanar = multiPlanar;
    this.format = format;
    this.type = Structs.integer(direction.bufferType(multiPlanar));
    if (!format.isSet()) {
      throw new IllegalStateException(
          "%s of %s has no format yet, it is %s; set one first"
              .formatted(direction, node.name(), format));
    }
    request(wanted);
    if (count == 0) {
      throw new IllegalStateException(
          "%s granted none of the %d buffers asked for".formatted(this, wanted));
    }
  }

  /** Gives back what the driver holds, and asks anew; 0 asks for none. */
  void request(int wanted) {
    Memory request = request(direction.bufferType(multiPlanar), memory, wanted);
    node.ioctl("VIDIOC_REQBUFS", VideoDev2.VIDIOC_REQBUFS, request);
    count = request.getInt(VideoDev2.REQUESTBUFFERS__COUNT);
  }

  static Memory request(int bufferType, int memory, int wanted) {
    Memory request = Structs.zeroed(VideoDev2.REQUESTBUFFERS);
    request.setInt(VideoDev2.REQUESTBUFFERS__COUNT, wanted);
    request.setInt(VideoDev2.REQUESTBUFFERS__TYPE, bufferType);
    request.setInt(VideoDev2.REQUESTBUFFERS__MEMORY, memory);
    return request;
  }

  /** How many buffers the driver granted. */
  int count() {
    return count;
  }

  /** What a frame needs. */
  V4l2Format format() {
    return format;
  }

  V4l2Direction direction() {
    return direction;
  }

  /** Where a buffer of the driver's own, in one plane, is mapped from. */
  Plane query(int index) {
    clear(index);
    node.ioctl("VIDIOC_QUERYBUF", VideoDev2.VIDIOC_QUERYBUF, buffer);
    return multiPlanar
        ? new Plane(
            Integer.toUnsignedLong(planes.getInt(VideoDev2.PLANE__OFFSET)),
            0,
            planes.getInt(VideoDev2.PLANE__LENGTH))
        : new Plane(
            Integer.toUnsignedLong(buffer.getInt(VideoDev2.BUFFER__OFFSET)),
            0,
            buffer.getInt(VideoDev2.BUFFER__LENGTH));
  }

  /** Gives a buffer to the driver. */
  void queue(int index, long timestampNanos, List<Plane> contents) {
    clear(index);
    buffer.setInt(VideoDev2.BUFFER__FIELD, VideoDev2.V4L2_FIELD_NONE);
    buffer.setLong(VideoDev2.BUFFER__TIMESTAMP_SEC, timestampNanos / 1_000_000_000);
    buffer.setLong(VideoDev2.BUFFER__TIMESTAMP_USEC, timestampNanos % 1_000_000_000 / 1_000);
    if (multiPlanar) {
      for (int i = 0; i < contents.size(); i++) {
        Pointer plane = planes.share((long) i * VideoDev2.PLANE);
        plane.setInt(VideoDev2.PLANE__BYTESUSED, contents.get(i).bytesUsed());
        plane.setInt(VideoDev2.PLANE__LENGTH, contents.get(i).lengthBytes());
        place(plane, VideoDev2.PLANE__FD, contents.get(i).place());
      }
    } else {
      buffer.setInt(VideoDev2.BUFFER__BYTESUSED, contents.get(0).bytesUsed());
      buffer.setInt(VideoDev2.BUFFER__LENGTH, contents.get(0).lengthBytes());
      place(buffer, VideoDev2.BUFFER__FD, contents.get(0).place());
    }
    node.ioctl("VIDIOC_QBUF", VideoDev2.VIDIOC_QBUF, buffer);
  }

  /** The members of the union are an int, an int and a long. */
  private void place(Pointer struct, int offset, long place) {
    if (memory == VideoDev2.V4L2_MEMORY_USERPTR) {
      struct.setLong(offset, place);
    } else {
      struct.setInt(offset, (int) place);
    }
  }

  /** Waits for a buffer, the end of streaming, or an error; false if none is there in time. */
  boolean await(long deadlineNanos) {
    return node.poll(direction.pollEvents, deadlineNanos);
  }

  /** Takes a buffer back; empty if there is none yet. */
  Optional<V4l2Buffer> tryDequeue() {
    clear(0);
    int answer = node.tryIoctl(VideoDev2.VIDIOC_DQBUF, buffer);
    if (answer == -Errno.EAGAIN.code()) {
      return Optional.empty();
    }
    if (answer < 0) {
      throw new DeviceException("VIDIOC_DQBUF", node.name(), -answer);
    }
    long seconds = buffer.getLong(VideoDev2.BUFFER__TIMESTAMP_SEC);
    long micros = buffer.getLong(VideoDev2.BUFFER__TIMESTAMP_USEC);
    int flags = buffer.getInt(VideoDev2.BUFFER__FLAGS);
    return Optional.of(
        new V4l2Buffer(
            buffer.getInt(VideoDev2.BUFFER__INDEX),
            bytesUsed(),
            Integer.toUnsignedLong(buffer.getInt(VideoDev2.BUFFER__SEQUENCE)),
            seconds * 1_000_000_000 + micros * 1_000,
            (flags & VideoDev2.V4L2_BUF_FLAG_ERROR) != 0,
            (flags & VideoDev2.V4L2_BUF_FLAG_LAST) != 0));
  }

  private int bytesUsed() {
    if (!multiPlanar) {
      return buffer.getInt(VideoDev2.BUFFER__BYTESUSED);
    }
    int sum = 0;
    for (int i = 0; i < format.planes().size(); i++) {
      sum += planes.getInt((long) i * VideoDev2.PLANE + VideoDev2.PLANE__BYTESUSED);
    }
    return sum;
  }

  void streamOn() {
    node.ioctl("VIDIOC_STREAMON", VideoDev2.VIDIOC_STREAMON, type);
  }

  /** Ends streaming, all waiting and the driver's hold on every buffer. */
  void streamOff() {
    node.ioctl("VIDIOC_STREAMOFF", VideoDev2.VIDIOC_STREAMOFF, type);
  }

  /** Ends streaming and gives back every buffer; nothing if the device is gone. */
  void release() {
    try {
      streamOff();
      request(0);
    } catch (DeviceException e) {
      if (!e.isGone()) {
        throw e;
      }
    }
  }

  private void clear(int index) {
    buffer.clear();
    buffer.setInt(VideoDev2.BUFFER__INDEX, index);
    buffer.setInt(VideoDev2.BUFFER__TYPE, direction.bufferType(multiPlanar));
    buffer.setInt(VideoDev2.BUFFER__MEMORY, memory);
    if (multiPlanar) {
      planes.clear();
      buffer.setPointer(VideoDev2.BUFFER__PLANES, planes);
      buffer.setInt(VideoDev2.BUFFER__LENGTH, format.planes().size());
    }
  }

  /** For errors: "the CAPTURE queue of /dev/video7". */
  @Override
  public String toString() {
    return "the %s queue of %s".formatted(direction, node.name());
  }
}
