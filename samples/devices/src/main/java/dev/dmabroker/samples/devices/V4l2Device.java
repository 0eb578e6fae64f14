package dev.dmabroker.samples.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import dev.dmabroker.spec.ImageSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An open V4L2 node, single- or multi-planar. Used by one thread at a time; none of its methods but
 * {@link #awaitSourceChange} waits. Every method but {@link #close()} throws {@link
 * DeviceException} if the driver refuses, and {@link IllegalStateException} after {@code close()}.
 */
public final class V4l2Device implements AutoCloseable {
  /**
   * The pixel format of vicodec's streams, which has none in {@link
   * dev.dmabroker.spec.PixelFormat}.
   */
  public static final int FWHT = VideoDev2.V4L2_PIX_FMT_FWHT;

  private static final Path DEV = Path.of("/dev");

  private final Path path;
  private final Node node;
  private final V4l2Capabilities capabilities;
  private final boolean multiPlanar;
  private final Map<V4l2Direction, OpenQueue> queues = new EnumMap<>(V4l2Direction.class);

  V4l2Device(Path path, Node node) {
    this.path = path;
    this.node = node;
    Memory answer = zeroed(VideoDev2.CAPABILITY);
    node.ioctl("VIDIOC_QUERYCAP", VideoDev2.VIDIOC_QUERYCAP, answer);
    this.capabilities =
        new V4l2Capabilities(
            answer.getString(VideoDev2.CAPABILITY__DRIVER, UTF_8.name()),
            answer.getString(VideoDev2.CAPABILITY__CARD, UTF_8.name()),
            answer.getString(VideoDev2.CAPABILITY__BUS_INFO, UTF_8.name()),
            answer.getInt(VideoDev2.CAPABILITY__DEVICE_CAPS));
    this.multiPlanar = capabilities.isMultiPlanar();
  }

  /**
   * Opens a node.
   *
   * @throws DeviceException with ENOENT if there is none, EACCES if this user may not open it,
   *     ENOTTY if it is no V4L2 node
   */
  public static V4l2Device open(Path path) {
    Node node = LinuxNode.open(path);
    try {
      return new V4l2Device(path, node);
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /**
   * Opens the first of {@code /dev/video*}, by number, that streams this way and is wanted.
   *
   * @return empty if there is none
   * @throws DeviceException if there is none among those that could be opened, but some could not
   */
  public static Optional<V4l2Device> find(
      V4l2Direction direction, Predicate<V4l2Capabilities> wanted) {
    DeviceException refused = null;
    for (Path path : nodes()) {
      V4l2Device device;
      try {
        device = open(path);
      } catch (DeviceException e) {
        refused = refused == null ? e : refused;
        continue;
      }
      if (device.capabilities.streams(direction) && wanted.test(device.capabilities)) {
        return Optional.of(device);
      }
      device.close();
    }
    if (refused != null) {
      throw refused;
    }
    return Optional.empty();
  }

  /** The paths of {@code /dev/video*}, by number. */
  public static List<Path> nodes() {
    return LinuxNode.list(DEV, "video[0-9]*");
  }

  /** The path that was opened. */
  public Path node() {
    return path;
  }

  /** What the driver said when the node was opened. */
  public V4l2Capabilities capabilities() {
    return capabilities;
  }

  /** Selects what a capture comes from; it resets the format. */
  public void setInput(int input) {
    node.ioctl("VIDIOC_S_INPUT", VideoDev2.VIDIOC_S_INPUT, integer(input));
  }

  /** Selects where an output goes; it resets the format. */
  public void setOutput(int output) {
    node.ioctl("VIDIOC_S_OUTPUT", VideoDev2.VIDIOC_S_OUTPUT, integer(output));
  }

  /** The timings that the selected input or output knows; empty if it is not a digital one. */
  public List<DvTimings> dvTimings() {
    List<DvTimings> timings = new ArrayList<>();
    Memory entry = zeroed(VideoDev2.ENUM_DV_TIMINGS);
    // Past the last the driver answers EINVAL; ENODATA and ENOTTY say that there are none.
    while (node.tryIoctl(VideoDev2.VIDIOC_ENUM_DV_TIMINGS, entry) == 0) {
      timings.add(new DvTimings(entry.share(VideoDev2.ENUM_DV_TIMINGS__TIMINGS)));
      entry.clear();
      entry.setInt(VideoDev2.ENUM_DV_TIMINGS__INDEX, timings.size());
    }
    return timings;
  }

  /** Sets size and rate of the selected digital input or output; it resets the format. */
  public void setDvTimings(DvTimings timings) {
    node.ioctl("VIDIOC_S_DV_TIMINGS", VideoDev2.VIDIOC_S_DV_TIMINGS, timings.toNative());
  }

  /** The format that is set now. */
  public V4l2Format format(V4l2Direction direction) {
    Memory format = zeroed(VideoDev2.FORMAT);
    format.setInt(VideoDev2.FORMAT__TYPE, direction.bufferType(multiPlanar));
    node.ioctl("VIDIOC_G_FMT", VideoDev2.VIDIOC_G_FMT, format);
    return format(format);
  }

  /**
   * Negotiates a format, lines as close as the driver likes them.
   *
   * @return what the driver made of it, which {@linkplain V4l2Format#shows may differ}
   */
  public V4l2Format setFormat(V4l2Direction direction, ImageSpec image) {
    return setFormat(direction, image, 0);
  }

  /**
   * Negotiates a format, all planes in one buffer.
   *
   * @param strideBytes the wish for the first plane's stride; 0 leaves it to the driver
   * @return what the driver made of it, which {@linkplain V4l2Format#shows may differ}
   */
  public V4l2Format setFormat(V4l2Direction direction, ImageSpec image, int strideBytes) {
    return setFormat(
        direction, image.width(), image.height(), image.format().v4l2Code(), strideBytes);
  }

  /**
   * Negotiates a format by its code, such as a compressed one, or one whose planes have buffers of
   * their own.
   *
   * @param strideBytes the wish for the first plane's stride; 0 leaves it to the driver
   * @return what the driver made of it
   */
  public V4l2Format setFormat(
      V4l2Direction direction, int width, int height, int pixelFormat, int strideBytes) {
    Memory format = zeroed(VideoDev2.FORMAT);
    format.setInt(VideoDev2.FORMAT__TYPE, direction.bufferType(multiPlanar));
    format.setInt(VideoDev2.FORMAT__WIDTH, width);
    format.setInt(VideoDev2.FORMAT__HEIGHT, height);
    format.setInt(VideoDev2.FORMAT__PIXELFORMAT, pixelFormat);
    format.setInt(VideoDev2.FORMAT__FIELD, VideoDev2.V4L2_FIELD_NONE);
    format.setInt(
        multiPlanar
            ? VideoDev2.FORMAT__MP_PLANES + VideoDev2.PLANE_PIX_FORMAT__BYTESPERLINE
            : VideoDev2.FORMAT__BYTESPERLINE,
        strideBytes);
    node.ioctl("VIDIOC_S_FMT", VideoDev2.VIDIOC_S_FMT, format);
    return format(format);
  }

  /**
   * Sets the format of an image whose lines lie as close as the broker lays them.
   *
   * @throws IllegalStateException if the driver makes something else of it
   */
  public V4l2Format requireFormat(V4l2Direction direction, ImageSpec image) {
    V4l2Format format = setFormat(direction, image);
    long stride = image.layout().planes().get(0).strideBytes();
    if (!format.shows(image) || format.strideBytes() != stride) {
      throw new IllegalStateException(
          path + " made " + format + " of " + image + " with a stride of " + stride);
    }
    return format;
  }

  private V4l2Format format(Memory format) {
    List<V4l2Format.Plane> planes = new ArrayList<>();
    if (multiPlanar) {
      int count = Byte.toUnsignedInt(format.getByte(VideoDev2.FORMAT__MP_NUM_PLANES));
      if (count > VideoDev2.VIDEO_MAX_PLANES) {
        throw new IllegalStateException(
            "%s says that a frame has %d planes; V4L2 knows up to %d"
                .formatted(path, count, VideoDev2.VIDEO_MAX_PLANES));
      }
      for (int i = 0; i < count; i++) {
        int plane = VideoDev2.FORMAT__MP_PLANES + i * VideoDev2.PLANE_PIX_FORMAT;
        planes.add(
            new V4l2Format.Plane(
                format.getInt(plane + VideoDev2.PLANE_PIX_FORMAT__BYTESPERLINE),
                format.getInt(plane + VideoDev2.PLANE_PIX_FORMAT__SIZEIMAGE)));
      }
    } else {
      planes.add(
          new V4l2Format.Plane(
              format.getInt(VideoDev2.FORMAT__BYTESPERLINE),
              format.getInt(VideoDev2.FORMAT__SIZEIMAGE)));
    }
    return new V4l2Format(
        format.getInt(VideoDev2.FORMAT__WIDTH),
        format.getInt(VideoDev2.FORMAT__HEIGHT),
        format.getInt(VideoDev2.FORMAT__PIXELFORMAT),
        planes);
  }

  /** The time that a frame takes now. */
  public FrameInterval frameInterval(V4l2Direction direction) {
    Memory parameters = streamParameters(direction);
    node.ioctl("VIDIOC_G_PARM", VideoDev2.VIDIOC_G_PARM, parameters);
    return frameInterval(parameters);
  }

  /**
   * Negotiates the time that a frame takes.
   *
   * @return what the driver made of it
   */
  public FrameInterval setFrameInterval(V4l2Direction direction, FrameInterval wanted) {
    Memory parameters = streamParameters(direction);
    parameters.setInt(VideoDev2.STREAMPARM__NUMERATOR, wanted.numerator());
    parameters.setInt(VideoDev2.STREAMPARM__DENOMINATOR, wanted.denominator());
    node.ioctl("VIDIOC_S_PARM", VideoDev2.VIDIOC_S_PARM, parameters);
    return frameInterval(parameters);
  }

  private Memory streamParameters(V4l2Direction direction) {
    Memory parameters = zeroed(VideoDev2.STREAMPARM);
    parameters.setInt(VideoDev2.STREAMPARM__TYPE, direction.bufferType(multiPlanar));
    return parameters;
  }

  private static FrameInterval frameInterval(Memory parameters) {
    return new FrameInterval(
        parameters.getInt(VideoDev2.STREAMPARM__NUMERATOR),
        parameters.getInt(VideoDev2.STREAMPARM__DENOMINATOR));
  }

  /**
   * Sets a control that the driver has by this name, such as one of its own, whose number no header
   * has. A button is pressed, whatever the value.
   *
   * @throws IllegalArgumentException if there is no such control
   */
  public void setControl(String name, int value) {
    Memory control = zeroed(VideoDev2.CONTROL);
    control.setInt(VideoDev2.CONTROL__ID, control(name));
    control.setInt(VideoDev2.CONTROL__VALUE, value);
    node.ioctl("VIDIOC_S_CTRL", VideoDev2.VIDIOC_S_CTRL, control);
  }

  private int control(String name) {
    List<String> others = new ArrayList<>();
    Memory query = zeroed(VideoDev2.QUERYCTRL);
    for (long id = 0; ; id = query.getInt(VideoDev2.QUERYCTRL__ID)) {
      query.setInt(VideoDev2.QUERYCTRL__ID, (int) (id | VideoDev2.V4L2_CTRL_FLAG_NEXT_CTRL));
      if (node.tryIoctl(VideoDev2.VIDIOC_QUERYCTRL, query) != 0) {
        throw new IllegalArgumentException(
            "%s has no control '%s'; it has %s".formatted(path, name, others));
      }
      String found = query.getString(VideoDev2.QUERYCTRL__NAME, UTF_8.name());
      if (found.equals(name)) {
        return query.getInt(VideoDev2.QUERYCTRL__ID);
      }
      others.add(found);
    }
  }

  /**
   * Tells an encoder to finish what it has been given; the last frame of its capture queue {@link
   * V4l2Buffer#last says so}.
   */
  public void drainEncoder() {
    Memory command = zeroed(VideoDev2.ENCODER_CMD);
    command.setInt(0, VideoDev2.V4L2_ENC_CMD_STOP);
    node.ioctl("VIDIOC_ENCODER_CMD", VideoDev2.VIDIOC_ENCODER_CMD, command);
  }

  /** As {@link #drainEncoder()} for a decoder. */
  public void drainDecoder() {
    Memory command = zeroed(VideoDev2.DECODER_CMD);
    command.setInt(0, VideoDev2.V4L2_DEC_CMD_STOP);
    node.ioctl("VIDIOC_DECODER_CMD", VideoDev2.VIDIOC_DECODER_CMD, command);
  }

  /** Asks a decoder to tell when it has found out the size of a stream's frames. */
  public void watchSourceChange() {
    Memory subscription = zeroed(VideoDev2.EVENT_SUBSCRIPTION);
    subscription.setInt(0, VideoDev2.V4L2_EVENT_SOURCE_CHANGE);
    node.ioctl("VIDIOC_SUBSCRIBE_EVENT", VideoDev2.VIDIOC_SUBSCRIBE_EVENT, subscription);
  }

  /**
   * Waits until the decoder has found out the size of a stream's frames.
   *
   * @return whether it has in time
   */
  public boolean awaitSourceChange(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    Memory event = zeroed(VideoDev2.EVENT);
    while (node.poll(Libc.POLLPRI, deadline)) {
      int answer = node.tryIoctl(VideoDev2.VIDIOC_DQEVENT, event);
      if (answer == 0
          && event.getInt(VideoDev2.EVENT__TYPE) == VideoDev2.V4L2_EVENT_SOURCE_CHANGE) {
        return true;
      }
      if (answer == -Errno.ENOENT && System.nanoTime() - deadline >= 0) {
        return false; // A queue that is not streaming makes poll answer at once.
      }
      if (answer < 0 && answer != -Errno.ENOENT) {
        throw new DeviceException("VIDIOC_DQEVENT", node.name(), -answer);
      }
    }
    return false;
  }

  /**
   * Whether the driver imports dma-bufs into buffers of this direction, whatever their memory.
   *
   * @throws DeviceException with EBUSY if another program has the buffers
   */
  public boolean importsDmaBufs(V4l2Direction direction) {
    // Giving back no buffers changes nothing, and a memory type that is not there is refused.
    int errno =
        -node.tryIoctl(
            VideoDev2.VIDIOC_REQBUFS,
            V4l2Ring.request(direction.bufferType(multiPlanar), VideoDev2.V4L2_MEMORY_DMABUF, 0));
    if (errno != 0 && errno != Errno.EINVAL && errno != Errno.ENOTTY) {
      throw new DeviceException("VIDIOC_REQBUFS", node.name(), errno);
    }
    return errno == 0;
  }

  /** Imports memory and lets it go again; there must be no queue. */
  void tryImport(V4l2Direction direction, V4l2Ring.Plane memory) {
    V4l2Ring ring = ring(direction, VideoDev2.V4L2_MEMORY_DMABUF, 1);
    try {
      ring.queue(0, 0, List.of(memory));
    } finally {
      ring.release();
    }
  }

  /**
   * Makes the queue of one direction, for imported dma-bufs. The format must be set before, and
   * cannot be changed until the queue is closed.
   *
   * @param count the wish for the number of buffers; see {@link V4l2Queue#count()}
   * @param <T> what the caller knows a buffer by, equal for the same memory
   * @throws IllegalStateException if there is one already, the format has no size, or the driver
   *     grants no buffer
   */
  public <T> V4l2Queue<T> queue(V4l2Direction direction, int count) {
    return queue(direction, count, Function.identity());
  }

  /**
   * As {@link #queue(V4l2Direction, int)}.
   *
   * @param memory what is equal for frames that lie in the same memory
   * @param <T> what the caller knows a frame by
   */
  public <T> V4l2Queue<T> queue(V4l2Direction direction, int count, Function<? super T, ?> memory) {
    V4l2Ring ring = ring(direction, VideoDev2.V4L2_MEMORY_DMABUF, count);
    return add(direction, new V4l2Queue<T>(ring, count, memory));
  }

  /**
   * As {@link #queue(V4l2Direction, int)} with memory of the driver's own, which the CPU reaches
   * (V4L2_MEMORY_MMAP).
   *
   * @throws IllegalStateException as {@link #queue(V4l2Direction, int)}, or if a frame lies in
   *     several buffers
   */
  public V4l2CpuQueue driversMemory(V4l2Direction direction, int count) {
    return add(
        direction, V4l2CpuQueue.ofDriver(ring(direction, VideoDev2.V4L2_MEMORY_MMAP, count), node));
  }

  /**
   * As {@link #queue(V4l2Direction, int)} with the program's memory (V4L2_MEMORY_USERPTR).
   *
   * @param buffers stay the caller's, who closes them after the queue
   * @throws IllegalStateException as {@link #queue(V4l2Direction, int)}, or if a frame lies in
   *     several buffers
   */
  public V4l2CpuQueue usersMemory(V4l2Direction direction, List<UserMemory> buffers) {
    return add(
        direction,
        V4l2CpuQueue.ofUser(
            ring(direction, VideoDev2.V4L2_MEMORY_USERPTR, buffers.size()), buffers));
  }

  private V4l2Ring ring(V4l2Direction direction, int memory, int count) {
    OpenQueue old = queues.get(direction);
    if (old != null && !old.isClosed()) {
      throw new IllegalStateException("%s has a queue for %s".formatted(path, direction));
    }
    return new V4l2Ring(node, direction, multiPlanar, memory, format(direction), count);
  }

  private <Q extends OpenQueue> Q add(V4l2Direction direction, Q queue) {
    queues.put(direction, queue);
    return queue;
  }

  /** Closes the queues, which wakes who waits there, then the node. A second call does nothing. */
  @Override
  public void close() {
    try {
      queues.values().forEach(OpenQueue::close);
    } finally {
      node.close();
    }
  }

  int fd() {
    return node.fd();
  }

  static Memory zeroed(int size) {
    Memory memory = new Memory(size);
    memory.clear();
    return memory;
  }

  static Memory integer(int value) {
    Memory memory = new Memory(Integer.BYTES);
    memory.setInt(0, value);
    return memory;
  }
}
