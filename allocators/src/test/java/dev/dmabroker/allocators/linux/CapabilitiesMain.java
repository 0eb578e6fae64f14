package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Prints what a kernel's drivers do that neither its files nor the samples tell, for the table that
 * {@code samples/kernel-lab/capabilities} makes: a line each, a name, a tab and the answer.
 */
final class CapabilitiesMain {
  private static final Path UDMABUF = Path.of("/dev/udmabuf");
  private static final Path VIDEO = Path.of("/sys/class/video4linux");
  private static final String CAMERA = "vivid-000-vid-cap";
  private static final long BYTES = 16L << 20;
  private static final int DIRTY_MEMFDS = 16;

  /** Where struct v4l2_create_buffers has its capabilities, and the bit of VIDIOC_REMOVE_BUFS. */
  private static final int CAPABILITIES = 224;

  private static final int REMOVES = 1 << 8;

  private CapabilitiesMain() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws Exception {
    System.out.println("udmabuf-zeroed\t" + (udmabufIsZeroed() ? "yes" : "no"));
    System.out.println("remove-bufs\t" + (singleBuffersCanBeRemoved() ? "yes" : "no"));
  }

  /** Whether the driver clears pages that no process has seen yet, when they were another's. */
  private static boolean udmabufIsZeroed() throws Exception {
    for (int i = 0; i < DIRTY_MEMFDS; i++) {
      try (Fd memfd = Memfd.create("dirty", BYTES, 0);
          Fd.Use use = memfd.use()) {
        AddressRange range = AddressRange.map(use.number(), BYTES, true, "dirty memory");
        for (long at = 0; at < BYTES; at += Pages.size()) {
          range.bytes(at, (int) Pages.size()).putLong(0, -1);
        }
        range.retire();
      }
    }
    try (Fd node = Fd.open(UDMABUF, LibC.O_RDWR);
        Fd.Use driver = node.use();
        Fd memfd = Memfd.create("new", BYTES, 0);
        Fd.Use memory = memfd.use();
        Fd dmaBuf = udmabuf(driver.number(), memory.number());
        Fd.Use use = dmaBuf.use()) {
      AddressRange range = AddressRange.map(use.number(), BYTES, true, "a new udmabuf");
      try {
        return isZero(range.bytes(0, (int) BYTES));
      } finally {
        range.retire();
      }
    }
  }

  private static boolean isZero(ByteBuffer bytes) {
    byte[] contents = new byte[bytes.remaining()];
    bytes.get(contents);
    return Arrays.equals(contents, new byte[contents.length]);
  }

  private static Fd udmabuf(int driver, int memfd) throws HeapException {
    ByteBuffer request =
        ByteBuffer.allocate(Ioctl.UDMABUF_CREATE_BYTES)
            .order(ByteOrder.nativeOrder())
            .putInt(memfd)
            .putInt(Ioctl.UDMABUF_FLAGS_CLOEXEC)
            .putLong(0)
            .putLong(BYTES);
    int fd = LibC.calls().ioctl(driver, Ioctl.UDMABUF_CREATE, request.array());
    if (fd == -1) {
      throw Errno.last().failure("UDMABUF_CREATE");
    }
    return new Fd(fd, "a udmabuf");
  }

  /** A request for no buffers asks what the queue can do. */
  private static boolean singleBuffersCanBeRemoved() throws Exception {
    try (Fd node = Fd.open(camera(), LibC.O_RDWR);
        Fd.Use driver = node.use()) {
      ByteBuffer request =
          ByteBuffer.allocate(VideoDev2.CREATE_BUFFERS)
              .order(ByteOrder.nativeOrder())
              .putInt(VideoDev2.CREATE_BUFFERS__MEMORY, VideoDev2.V4L2_MEMORY_MMAP)
              .putInt(VideoDev2.CREATE_BUFFERS__FORMAT, VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE);
      if (LibC.calls().ioctl(driver.number(), VideoDev2.VIDIOC_CREATE_BUFS, request.array()) != 0) {
        throw Errno.last().failure("VIDIOC_CREATE_BUFS");
      }
      return (request.getInt(CAPABILITIES) & REMOVES) != 0;
    }
  }

  private static Path camera() throws IOException {
    try (DirectoryStream<Path> nodes = Files.newDirectoryStream(VIDEO)) {
      for (Path node : nodes) {
        if (Files.readString(node.resolve("name")).strip().equals(CAMERA)) {
          return Path.of("/dev", String.valueOf(node.getFileName()));
        }
      }
    }
    throw new IOException("there is no " + CAMERA + "; run samples/kernel-lab/capabilities");
  }
}
