package dev.dmabroker.samples.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.ImageSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An open V4L2 node, single-planar. Used by one thread at a time; none of its methods waits for a
 * frame. Every method but {@link #close()} throws {@link V4l2Exception} if the driver refuses, and
 * {@link IllegalStateException} after {@code close()}.
 */
public final class V4l2Device implements AutoCloseable {
  private static final Path DEV = Path.of("/dev");

  private final Path node;
  private final int fd;
  private final V4l2Capabilities capabilities;
  private final Map<V4l2Direction, V4l2Queue> queues = new EnumMap<>(V4l2Direction.class);
  private volatile boolean closed; // Read by the threads of the queues.

  private V4l2Device(Path node, int fd) {
    this.node = node;
    this.fd = fd;
    Memory answer = zeroed(VideoDev2.CAPABILITY);
    ioctl("VIDIOC_QUERYCAP", VideoDev2.VIDIOC_QUERYCAP, answer);
    this.capabilities =
        new V4l2Capabilities(
            answer.getString(VideoDev2.CAPABILITY__DRIVER, UTF_8.name()),
            answer.getString(VideoDev2.CAPABILITY__CARD, UTF_8.name()),
            answer.getString(VideoDev2.CAPABILITY__BUS_INFO, UTF_8.name()),
            answer.getInt(VideoDev2.CAPABILITY__DEVICE_CAPS));
  }

  /**
   * Opens a node.
   *
   * @throws V4l2Exception with ENOENT if there is none, EACCES if this user may not open it, ENOTTY
   *     if it is no V4L2 node
   */
  public static V4l2Device open(Path node) {
    int fd;
    do {
      fd = Libc.open(node.toString(), Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    } while (fd == -1 && Libc.errno() == Errno.EINTR);
    if (fd == -1) {
      throw new V4l2Exception("open", node, Libc.errno());
    }
    try {
      return new V4l2Device(node, fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /**
   * Opens the first of {@code /dev/video*}, by number, that streams this way and is wanted.
   *
   * @return empty if there is none
   * @throws V4l2Exception if there is none among those that could be opened, but some could not
   */
  public static Optional<V4l2Device> find(
      V4l2Direction direction, Predicate<V4l2Capabilities> wanted) {
    V4l2Exception refused = null;
    for (Path node : nodes()) {
      V4l2Device device;
      try {
        device = open(node);
      } catch (V4l2Exception e) {
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
    List<Path> nodes = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(DEV, "video[0-9]*")) {
      found.forEach(nodes::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // By length first: video10 comes after video9.
    nodes.sort(Comparator.comparing((Path p) -> p.toString().length()).thenComparing(p -> p));
    return nodes;
  }

  /** The path that was opened. */
  public Path node() {
    return node;
  }

  /** What the driver said when the node was opened. */
  public V4l2Capabilities capabilities() {
    return capabilities;
  }

  /** Selects what a capture comes from; it resets the format. */
  public void setInput(int input) {
    ioctl("VIDIOC_S_INPUT", VideoDev2.VIDIOC_S_INPUT, integer(input));
  }

  /** Selects where an output goes; it resets the format. */
  public void setOutput(int output) {
    ioctl("VIDIOC_S_OUTPUT", VideoDev2.VIDIOC_S_OUTPUT, integer(output));
  }

  /** The timings that the selected input or output knows; empty if it is not a digital one. */
  public List<DvTimings> dvTimings() {
    List<DvTimings> timings = new ArrayList<>();
    Memory entry = zeroed(VideoDev2.ENUM_DV_TIMINGS);
    // Past the last the driver answers EINVAL; ENODATA and ENOTTY say that there are none.
    while (tryIoctl(VideoDev2.VIDIOC_ENUM_DV_TIMINGS, entry) == 0) {
      timings.add(new DvTimings(entry.share(VideoDev2.ENUM_DV_TIMINGS__TIMINGS)));
      entry.clear();
      entry.setInt(VideoDev2.ENUM_DV_TIMINGS__INDEX, timings.size());
    }
    return timings;
  }

  /** Sets size and rate of the selected digital input or output; it resets the format. */
  public void setDvTimings(DvTimings timings) {
    ioctl("VIDIOC_S_DV_TIMINGS", VideoDev2.VIDIOC_S_DV_TIMINGS, timings.toNative());
  }

  /** The format that is set now. */
  public V4l2Format format(V4l2Direction direction) {
    Memory format = zeroed(VideoDev2.FORMAT);
    format.setInt(VideoDev2.FORMAT__TYPE, direction.bufferType);
    ioctl("VIDIOC_G_FMT", VideoDev2.VIDIOC_G_FMT, format);
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
   * Negotiates a format.
   *
   * @param strideBytes the wish for the first plane's stride; 0 leaves it to the driver
   * @return what the driver made of it, which {@linkplain V4l2Format#shows may differ}
   */
  public V4l2Format setFormat(V4l2Direction direction, ImageSpec image, int strideBytes) {
    Memory format = zeroed(VideoDev2.FORMAT);
    format.setInt(VideoDev2.FORMAT__TYPE, direction.bufferType);
    format.setInt(VideoDev2.FORMAT__WIDTH, image.width());
    format.setInt(VideoDev2.FORMAT__HEIGHT, image.height());
    format.setInt(VideoDev2.FORMAT__PIXELFORMAT, image.format().v4l2Code());
    format.setInt(VideoDev2.FORMAT__FIELD, VideoDev2.V4L2_FIELD_NONE);
    format.setInt(VideoDev2.FORMAT__BYTESPERLINE, strideBytes);
    ioctl("VIDIOC_S_FMT", VideoDev2.VIDIOC_S_FMT, format);
    return format(format);
  }

  private static V4l2Format format(Memory format) {
    return new V4l2Format(
        format.getInt(VideoDev2.FORMAT__WIDTH),
        format.getInt(VideoDev2.FORMAT__HEIGHT),
        format.getInt(VideoDev2.FORMAT__PIXELFORMAT),
        format.getInt(VideoDev2.FORMAT__BYTESPERLINE),
        format.getInt(VideoDev2.FORMAT__SIZEIMAGE));
  }

  /** The time that a frame takes now. */
  public FrameInterval frameInterval(V4l2Direction direction) {
    Memory parameters = streamParameters(direction);
    ioctl("VIDIOC_G_PARM", VideoDev2.VIDIOC_G_PARM, parameters);
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
    ioctl("VIDIOC_S_PARM", VideoDev2.VIDIOC_S_PARM, parameters);
    return frameInterval(parameters);
  }

  private static Memory streamParameters(V4l2Direction direction) {
    Memory parameters = zeroed(VideoDev2.STREAMPARM);
    parameters.setInt(VideoDev2.STREAMPARM__TYPE, direction.bufferType);
    return parameters;
  }

  private static FrameInterval frameInterval(Memory parameters) {
    return new FrameInterval(
        parameters.getInt(VideoDev2.STREAMPARM__NUMERATOR),
        parameters.getInt(VideoDev2.STREAMPARM__DENOMINATOR));
  }

  /**
   * Whether the driver imports dma-bufs into buffers of this direction, whatever their memory.
   *
   * @throws V4l2Exception with EBUSY if another program has the buffers
   */
  public boolean importsDmaBufs(V4l2Direction direction) {
    // Giving back no buffers changes nothing, and a memory type that is not there is refused.
    int errno = tryIoctl(VideoDev2.VIDIOC_REQBUFS, V4l2Queue.request(direction, 0));
    if (errno != 0 && errno != Errno.EINVAL && errno != Errno.ENOTTY) {
      throw new V4l2Exception("VIDIOC_REQBUFS", node, errno);
    }
    return errno == 0;
  }

  /**
   * Makes the queue of one direction, for imported dma-bufs. The format must be set before, and
   * cannot be changed until the queue is closed.
   *
   * @param count the wish for the number of buffers; see {@link V4l2Queue#count()}
   * @throws IllegalStateException if there is one already
   */
  public V4l2Queue queue(V4l2Direction direction, int count) {
    V4l2Queue old = queues.get(direction);
    if (old != null && !old.isClosed()) {
      throw new IllegalStateException("%s has a queue for %s".formatted(node, direction));
    }
    V4l2Queue queue = new V4l2Queue(this, direction, count);
    queues.put(direction, queue);
    return queue;
  }

  /** Closes the queues, which wakes who waits there, then the node. A second call does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      queues.values().forEach(V4l2Queue::close);
    } finally {
      closed = true;
      Libc.close(fd);
    }
  }

  int fd() {
    if (closed) {
      throw new IllegalStateException(node + " is closed");
    }
    return fd;
  }

  /** Makes a call, again if a signal interrupts it, and throws if it fails. */
  void ioctl(String name, long request, Pointer argument) {
    int errno = tryIoctl(request, argument);
    if (errno != 0) {
      throw new V4l2Exception(name, node, errno);
    }
  }

  /** Makes a call, again if a signal interrupts it. Returns 0, or the error. */
  int tryIoctl(long request, Pointer argument) {
    int errno;
    do {
      errno = Libc.ioctl(fd(), request, argument) == -1 ? Libc.errno() : 0;
    } while (errno == Errno.EINTR);
    return errno;
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
