package dev.dmabroker.samples.devices;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
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
      Set.of(Errno.EFAULT, Errno.EINVAL, Errno.ENOMEM, Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP);

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
   * A probe of one direction of a node, which is opened when it is asked and closed after.
   *
   * @param node such as {@code /dev/video0}
   * @param direction the way that the frames go
   */
  public V4l2Probe(Path node, V4l2Direction direction) {
    this(
        "V4L2 " + node + " " + direction.name().toLowerCase(Locale.ROOT),
        () -> new Node(V4l2Device.open(node), direction));
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
    }
    return new Sample(1, BlobSpec.of(1).layout());
  }

  /** The least size of a sample. */
  static int leastBytes() {
    return BLOCKS_BYTES + SINGLE_PAGES * Libc.getpagesize();
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
          case "VIDIOC_REQBUFS" -> e.errno() == Errno.EINVAL;
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
