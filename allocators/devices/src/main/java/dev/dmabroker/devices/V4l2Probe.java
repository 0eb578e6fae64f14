package dev.dmabroker.devices;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks a V4L2 node whether it imports memory: queues it, and takes it back before a frame could
 * come. It does not stream: videobuf2 attaches and maps a dma-buf in VIDIOC_QBUF, whether the queue
 * streams or not (drivers/media/common/videobuf2/videobuf2-core.c, vb2_core_qbuf and
 * __buf_prepare), so that QBUF says it all. It leaves the node as it was: inputs, rate and format
 * are not touched, and nothing stays queued.
 *
 * <p>A node whose buffers another program has, or this one by another opening, answers EBUSY, and
 * nothing is found out: probe before making a {@link V4l2Queue}. Used by one thread at a time.
 */
public final class V4l2Probe implements DeviceProbe {
  /**
   * More than one block of the kernel's page allocator, which in 6.1 is 4 MiB with pages of 4 KiB.
   * Less may lie together by luck, and a device that wants contiguous memory seem to take any: in
   * the kernel lab vivid-001 always took 1, 2, 3 and 4 MiB of the system heap, and never 6 MiB.
   */
  private static final int BLOCKS_BYTES = 8 << 20;

  /**
   * Single pages at the end, an odd number of them. With pages of 16 and 64 KiB blocks are larger
   * than a sample can be; but single pages hardly ever follow a block.
   */
  private static final int SINGLE_PAGES = 5;

  /**
   * What QBUF says of memory: not mapped (EFAULT; EINVAL), no dma-buf or too small (EINVAL), no
   * room to map it (ENOMEM), and what an exporter says to a device that it does not serve. EBUSY,
   * EIO, ENODEV and others are of the node.
   */
  private static final Set<Integer> OF_MEMORY =
      Set.of(
          Errno.EFAULT.code(),
          Errno.EINVAL.code(),
          Errno.ENOMEM.code(),
          Errno.EPERM.code(),
          Errno.EACCES.code(),
          Errno.EOPNOTSUPP.code());

  private final String name;
  private final Opener opener;
  private @Nullable Importer importer;
  private int frameBytes;
  private String obstacle = "sample() was not called";

  /** What is asked, so that a test can answer. */
  interface Importer extends AutoCloseable {
    V4l2Format format();

    /** Imports and gives back. */
    void take(int fd, int bytesUsed, int lengthBytes);

    @Override
    void close();
  }

  /** Opens what is asked. */
  interface Opener {
    Importer open();
  }

  /**
   * {@return a probe of a node whose frames go one way, such as a camera's; a codec's go both, so
   * that the answer about it is that nothing is known} The node is opened when the probe is asked,
   * and closed after.
   *
   * @param node such as {@code /dev/video0}
   */
  public static V4l2Probe of(Path node) {
    return new V4l2Probe(
        "V4L2 " + node, () -> open(node, device -> device.capabilities().onlyDirection(node)));
  }

  /**
   * {@return a probe of one direction of a node} The node is opened when the probe is asked, and
   * closed after.
   *
   * @param node such as {@code /dev/video0}
   * @param direction the way that the frames go
   */
  public static V4l2Probe of(Path node, V4l2Direction direction) {
    return new V4l2Probe(
        "V4L2 " + node + " " + direction.name().toLowerCase(Locale.ROOT),
        () -> open(node, device -> direction));
  }

  private static Importer open(Path node, Function<V4l2Device, V4l2Direction> direction) {
    return importer(V4l2Device.open(node), direction);
  }

  /** What a device imports; the device is closed if no direction is found. */
  static Importer importer(V4l2Device device, Function<V4l2Device, V4l2Direction> direction) {
    try {
      return new Node(device, direction.apply(device));
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /** The frames of a node go both ways, or none. */
  static final class AmbiguousDirectionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    AmbiguousDirectionException(String message) {
      super(message);
    }
  }

  V4l2Probe(String name, Opener opener) {
    this.name = name;
    this.opener = opener;
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * A frame in the format that is set, in memory that is larger if a frame is too small to tell,
   * even than what is declared as the most: V4L2 knows a least size only. A node that cannot be
   * opened gives a byte: the answer to all memory will be that it is unknown.
   */
  @Override
  public Sample sample(Constraints declared) {
    try {
      importer = opener.open();
      V4l2Format format = importer.format();
      if (format.isSet()) {
        frameBytes = format.sizeBytes();
        obstacle = "";
        long sizeBytes = Math.max(Math.max(frameBytes, leastBytes()), declared.minSizeBytes());
        return new Sample(Math.min(sizeBytes, Integer.MAX_VALUE), format.layout());
      }
      obstacle = "the node has no format yet";
    } catch (DeviceException e) {
      obstacle = text(e);
    } catch (IllegalArgumentException e) {
      obstacle = "the node's format contradicts itself: " + e.getMessage();
    } catch (AmbiguousDirectionException e) {
      obstacle = String.valueOf(e.getMessage());
    }
    return new Sample(1, BlobSpec.of(1).layout());
  }

  /** The least size of a sample. */
  static int leastBytes() {
    return BLOCKS_BYTES + SINGLE_PAGES * (int) Pages.size();
  }

  @Override
  public Answer tryImport(Backing backing, Sample sample) {
    if (importer == null || !obstacle.isEmpty()) {
      return new Answer(Verdict.UNKNOWN, obstacle);
    }
    try {
      importer.take(backing.fd(), frameBytes, Math.toIntExact(sample.sizeBytes()));
      return new Answer(
          Verdict.ACCEPTED,
          String.format(Locale.ROOT, "VIDIOC_QBUF took %,d bytes of it", sample.sizeBytes()));
    } catch (DeviceException e) {
      return answer(e);
    }
  }

  private static Answer answer(DeviceException e) {
    boolean refused =
        switch (e.call()) {
          case "VIDIOC_QBUF" -> OF_MEMORY.contains(e.errno());
          // Before any memory is shown: the driver has no import of dma-bufs, or no such direction.
          case "VIDIOC_REQBUFS" -> e.errno() == Errno.EINVAL.code();
          default -> false;
        };
    return new Answer(refused ? Verdict.REFUSED : Verdict.UNKNOWN, text(e));
  }

  private static String text(DeviceException e) {
    return String.valueOf(e.getMessage());
  }

  @Override
  public void close() {
    if (importer != null) {
      importer.close();
      importer = null;
      obstacle = "the probe is closed";
    }
  }

  private record Node(V4l2Device device, V4l2Direction direction) implements Importer {
    @Override
    public V4l2Format format() {
      return device.format(direction);
    }

    /**
     * A fresh set of buffers for each import: after one that failed videobuf2 keeps a length of 0
     * at the index, and so refuses whatever is queued there with EINVAL (seen in 6.1).
     */
    @Override
    public void take(int fd, int bytesUsed, int lengthBytes) {
      device.tryImport(direction, new V4l2Ring.Plane(fd, bytesUsed, lengthBytes));
    }

    @Override
    public void close() {
      device.close();
    }
  }
}
