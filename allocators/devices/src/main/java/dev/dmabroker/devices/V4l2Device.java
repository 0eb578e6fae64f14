package dev.dmabroker.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.VideoDev2;
import dev.dmabroker.spec.ImageSpec;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An open V4L2 node, single- or multi-planar: its formats and the queues of its buffers. Used by
 * one thread at a time; none of its methods waits. Every method but {@link #close()} throws {@link
 * DeviceException} if the driver refuses, and {@link IllegalStateException} after {@code close()}.
 */
public final class V4l2Device implements AutoCloseable {
  private static final Path DEV = Path.of("/dev");

  private final Path path;
  private final Node node;
  private final V4l2Capabilities capabilities;
  private final boolean multiPlanar;
  private final Map<V4l2Direction, OpenQueue> queues = new EnumMap<>(V4l2Direction.class);

  V4l2Device(Path path, Node node) {
    this.path = path;
    this.node = node;
    Memory answer = Structs.zeroed(VideoDev2.CAPABILITY);
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
   * @param path the node, such as {@code /dev/video0}
   * @return the device, which the caller closes
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
   * @param direction the way that the frames go
   * @param wanted tells of a node whether it is the one to open
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

  /** {@return the paths of {@code /dev/video*}, by number} */
  public static List<Path> nodes() {
    return LinuxNode.list(DEV, "video[0-9]*");
  }

  /** {@return the path that was opened} */
  public Path node() {
    return path;
  }

  /** {@return what the driver said when the node was opened} */
  public V4l2Capabilities capabilities() {
    return capabilities;
  }

  /** {@return where pictures come from or go to, their size and rate} */
  public V4l2Signal signal() {
    return new V4l2Signal(node, multiPlanar);
  }

  /** {@return the driver's controls} */
  public V4l2Controls controls() {
    return new V4l2Controls(node);
  }

  /** {@return what only an encoder or a decoder is told and tells} */
  public V4l2Codec codec() {
    return new V4l2Codec(node);
  }

  /**
   * {@return the format that is set now}
   *
   * @param direction the way that the frames go
   */
  public V4l2Format format(V4l2Direction direction) {
    FormatStruct format = new FormatStruct(direction, multiPlanar);
    node.ioctl("VIDIOC_G_FMT", VideoDev2.VIDIOC_G_FMT, format.memory());
    return format.read(path);
  }

  /**
   * Negotiates a format, lines as close as the driver likes them.
   *
   * @param direction the way that the frames go
   * @param image the picture: its size and its format
   * @return what the driver made of it, which {@linkplain V4l2Format#shows may differ}
   */
  public V4l2Format setFormat(V4l2Direction direction, ImageSpec image) {
    return setFormat(direction, image, 0);
  }

  /**
   * Negotiates a format, all planes in one buffer.
   *
   * @param direction the way that the frames go
   * @param image the picture: its size and its format
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
   * @param direction the way that the frames go
   * @param width in pixels
   * @param height in pixels
   * @param pixelFormat the V4L2 code of the format
   * @param strideBytes the wish for the first plane's stride; 0 leaves it to the driver
   * @return what the driver made of it
   */
  public V4l2Format setFormat(
      V4l2Direction direction, int width, int height, int pixelFormat, int strideBytes) {
    FormatStruct format = new FormatStruct(direction, multiPlanar);
    format.write(width, height, pixelFormat, strideBytes);
    node.ioctl("VIDIOC_S_FMT", VideoDev2.VIDIOC_S_FMT, format.memory());
    return format.read(path);
  }

  /**
   * Sets the format of an image whose lines lie as close as the broker lays them.
   *
   * @param direction the way that the frames go
   * @param image the picture: its size and its format
   * @return what the driver made of it, which shows the image
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

  /**
   * {@return whether the driver imports dma-bufs into buffers of this direction, whatever their
   * memory}
   *
   * @param direction the way that the frames go
   * @throws DeviceException with EBUSY if another program has the buffers
   */
  public boolean importsDmaBufs(V4l2Direction direction) {
    // Giving back no buffers changes nothing, and a memory type that is not there is refused.
    int errno =
        -node.tryIoctl(
            VideoDev2.VIDIOC_REQBUFS,
            V4l2Ring.request(direction.bufferType(multiPlanar), VideoDev2.V4L2_MEMORY_DMABUF, 0));
    if (errno != 0 && errno != Errno.EINVAL.code() && errno != Errno.ENOTTY.code()) {
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
   * @param direction the way that the frames go
   * @param count the wish for the number of buffers; see {@link V4l2Queue#count()}
   * @param <T> what the caller knows a buffer by, equal for the same memory
   * @return the queue, which is closed before the device
   * @throws IllegalStateException if there is one already, the format has no size, or the driver
   *     grants no buffer
   */
  public <T> V4l2Queue<T> queue(V4l2Direction direction, int count) {
    return queue(direction, count, Function.identity());
  }

  /**
   * As {@link #queue(V4l2Direction, int)}.
   *
   * @param direction the way that the frames go
   * @param count the wish for the number of buffers; see {@link V4l2Queue#count()}
   * @param memory what is equal for frames that lie in the same memory
   * @param <T> what the caller knows a frame by
   * @return the queue
   */
  public <T> V4l2Queue<T> queue(V4l2Direction direction, int count, Function<? super T, ?> memory) {
    V4l2Ring ring = ring(direction, VideoDev2.V4L2_MEMORY_DMABUF, count);
    return add(direction, new V4l2Queue<T>(ring, count, memory));
  }

  /**
   * As {@link #queue(V4l2Direction, int)} with memory of the driver's own, which the CPU reaches
   * (V4L2_MEMORY_MMAP).
   *
   * @param direction the way that the frames go
   * @param count the wish for the number of buffers; see {@link V4l2CpuQueue#count()}
   * @return the queue
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
   * @param direction the way that the frames go
   * @param buffers stay the caller's, which closes them after the queue
   * @return the queue
   * @throws IllegalStateException as {@link #queue(V4l2Direction, int)}, or if a frame lies in
   *     several buffers
   */
  public V4l2CpuQueue usersMemory(V4l2Direction direction, List<PageMemory> buffers) {
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

  /**
   * Closes the queues, which wakes the threads that wait there, then the node. A second call does
   * nothing.
   */
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
}
