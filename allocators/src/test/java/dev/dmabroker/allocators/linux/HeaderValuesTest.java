package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The constants against what the kernel's headers say, recorded here and read by a compiler. */
class HeaderValuesTest {

  private static final List<String> HEADERS =
      List.of(
          "fcntl.h",
          "errno.h",
          "unistd.h",
          "sys/mman.h",
          "sys/ioctl.h",
          "sys/eventfd.h",
          "sys/inotify.h",
          "sys/vfs.h",
          "poll.h",
          "time.h",
          "linux/magic.h",
          "linux/sync_file.h",
          "linux/memfd.h",
          "linux/dma-buf.h",
          "linux/dma-heap.h",
          "linux/udmabuf.h",
          "linux/videodev2.h");

  /** Where distributions keep it; the constants are compared if it is there. */
  private static final String DRM_HEADER =
      """
      #if __has_include(<drm/drm.h>)
      #include <drm/drm.h>
      #elif __has_include(<libdrm/drm.h>)
      #include <libdrm/drm.h>
      #endif
      """;

  @Test
  void requestsHaveTheirRecordedNumbers() {
    assertEquals(0xc0184800L, Ioctl.DMA_HEAP_IOCTL_ALLOC);
    assertEquals(0x40187542L, Ioctl.UDMABUF_CREATE);
    assertEquals(0x40086200L, Ioctl.DMA_BUF_IOCTL_SYNC);
    assertEquals(0x40086201L, Ioctl.DMA_BUF_SET_NAME);
    assertEquals(0xc0086202L, Ioctl.DMA_BUF_IOCTL_EXPORT_SYNC_FILE);
    assertEquals(0xc0383e04L, Ioctl.SYNC_IOC_FILE_INFO);
    assertEquals(0xc0406400L, Drm.DRM_IOCTL_VERSION);
    assertEquals(0xc010640cL, Drm.DRM_IOCTL_GET_CAP);
    assertEquals(0x0000641fL, Drm.DRM_IOCTL_DROP_MASTER);
    assertEquals(0xc00c642dL, Drm.DRM_IOCTL_PRIME_HANDLE_TO_FD);
    assertEquals(0xc02064b2L, Drm.DRM_IOCTL_MODE_CREATE_DUMB);
    assertEquals(0xc01064b3L, Drm.DRM_IOCTL_MODE_MAP_DUMB);
    assertEquals(0xc00464b4L, Drm.DRM_IOCTL_MODE_DESTROY_DUMB);
    assertEquals(0x80685600L, V4l2.VIDIOC_QUERYCAP);
    assertEquals(0xc0d05604L, V4l2.VIDIOC_G_FMT);
    assertEquals(0xc0145608L, V4l2.VIDIOC_REQBUFS);
    assertEquals(0xc0585609L, V4l2.VIDIOC_QUERYBUF);
    assertEquals(0xc0405610L, V4l2.VIDIOC_EXPBUF);
    assertEquals(0xc100565cL, V4l2.VIDIOC_CREATE_BUFS);
    assertEquals(0xc0405668L, V4l2.VIDIOC_REMOVE_BUFS);
  }

  @Test
  void theNumberOfMbindIsThatOfTheHeaders() throws Exception {
    Path generic = Path.of("/usr/include/asm-generic/unistd.h");
    Path x86 = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
    Assumptions.assumeTrue(Files.exists(generic) && Files.exists(x86), "needs linux-libc-dev");
    assertTrue(
        Files.readString(generic).contains("#define __NR_mbind " + numberOfMbind("aarch64")));
    assertEquals(numberOfMbind("aarch64"), numberOfMbind("riscv64"));
    assertTrue(Files.readString(x86).contains("#define __NR_mbind " + numberOfMbind("amd64")));
  }

  private static long numberOfMbind(String architecture) {
    return Objects.requireNonNull(NumaNodes.SYS_MBIND.get(architecture));
  }

  @Test
  void allConstantsAreThoseOfTheHeaders(@TempDir Path folder) throws Exception {
    for (String header : HEADERS) {
      Assumptions.assumeTrue(
          Files.exists(Path.of("/usr/include", header))
              || Files.exists(Path.of("/usr/include/x86_64-linux-gnu", header)),
          "needs <" + header + "> (libc6-dev, linux-libc-dev)");
    }
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "needs gcc");

    Map<String, Long> ours = constants();
    assertTrue(ours.size() > 40, "constants found by reflection: " + ours.size());
    StringBuilder program =
        new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n#include <stdio.h>\n");
    HEADERS.forEach(header -> program.append("#include <").append(header).append(">\n"));
    program.append(DRM_HEADER);
    layouts()
        .forEach(layout -> program.append("_Static_assert(" + layout + ", \"" + layout + "\");\n"));
    program.append("int main(void) {\n");
    ours.keySet()
        .forEach(
            name ->
                program
                    .append(
                        name.startsWith("DRM_")
                            ? "#ifdef " + name + "\n"
                            : "#ifndef NO_" + name + "\n")
                    .append("printf(\"" + name + " %lld\\n\", (long long)(" + name + "));\n")
                    .append("#endif\n"));
    program.append("}\n");
    Path source = Files.writeString(folder.resolve("values.c"), program);
    Path binary = folder.resolve("values");
    // Older headers lack these.
    run(
        "/usr/bin/gcc",
        unlessIn("linux/memfd.h", "MFD_NOEXEC_SEAL"),
        unlessIn("linux/videodev2.h", "VIDIOC_REMOVE_BUFS"),
        unlessIn("linux/dma-buf.h", "DMA_BUF_IOCTL_EXPORT_SYNC_FILE"),
        "-o",
        binary.toString(),
        source.toString());

    for (String line : run(binary.toString()).split("\n", -1)) {
      String[] value = line.split(" ", -1);
      if (value.length == 2) {
        assertEquals(Long.parseLong(value[1]), ours.get(value[0]), value[0]);
      }
    }
  }

  private static String unlessIn(String header, String name) throws Exception {
    boolean there = Files.readString(Path.of("/usr/include", header)).contains(name);
    return there ? "-DX" : "-DNO_" + name;
  }

  /** Structures whose sizes are in no request's number, and the members that are read. */
  private static List<String> layouts() {
    return List.of(
        "sizeof(struct pollfd) == " + LibC.POLLFD_BYTES,
        "offsetof(struct pollfd, events) == 4",
        "offsetof(struct pollfd, revents) == 6",
        "sizeof(struct inotify_event) == " + LibC.INOTIFY_EVENT_BYTES,
        "offsetof(struct inotify_event, mask) == 4",
        "offsetof(struct inotify_event, len) == 12",
        "sizeof(struct timespec) == " + LibC.TIMESPEC_BYTES,
        "sizeof(struct statfs) == " + LibC.STATFS_BYTES,
        "offsetof(struct statfs, f_type) == 0",
        "sizeof(((struct statfs *)0)->f_type) == 8",
        "offsetof(struct v4l2_capability, capabilities) == " + V4l2.CAPABILITY_ALL,
        "offsetof(struct v4l2_capability, device_caps) == " + V4l2.CAPABILITY_DEVICE,
        "offsetof(struct v4l2_format, fmt.pix.sizeimage) == " + V4l2.FORMAT_SINGLE_SIZEIMAGE,
        "offsetof(struct v4l2_format, fmt.pix_mp.plane_fmt[0].sizeimage) == "
            + V4l2.FORMAT_MULTI_SIZEIMAGE,
        "offsetof(struct v4l2_format, fmt.pix_mp.num_planes) == " + V4l2.FORMAT_MULTI_PLANES,
        "offsetof(struct v4l2_create_buffers, count) == 4",
        "offsetof(struct v4l2_create_buffers, memory) == 8",
        "offsetof(struct v4l2_create_buffers, format) == " + V4l2.CREATE_BUFFERS_FORMAT,
        "offsetof(struct v4l2_buffer, flags) == " + V4l2.BUFFER_FLAGS,
        "offsetof(struct v4l2_buffer, memory) == " + V4l2.BUFFER_MEMORY,
        "offsetof(struct v4l2_buffer, m) == " + V4l2.BUFFER_M,
        "offsetof(struct v4l2_buffer, length) == " + V4l2.BUFFER_LENGTH,
        "sizeof(struct v4l2_plane) == " + V4l2.PLANE_BYTES,
        "offsetof(struct v4l2_exportbuffer, flags) == 12",
        "offsetof(struct v4l2_exportbuffer, fd) == 16",
        "offsetof(struct sync_file_info, status) == 32",
        "offsetof(struct sync_file_info, num_fences) == 40",
        "offsetof(struct sync_file_info, sync_fence_info) == 48",
        "sizeof(struct sync_fence_info) == " + Ioctl.SYNC_FENCE_INFO_BYTES,
        "offsetof(struct sync_fence_info, status) == 64");
  }

  private static Map<String, Long> constants() throws IllegalAccessException {
    Map<String, Long> constants = new LinkedHashMap<>();
    for (Class<?> type : List.of(LibC.class, Ioctl.class, Errno.class, Drm.class, V4l2.class)) {
      for (Field field : type.getDeclaredFields()) {
        String name = field.getName();
        boolean isHeaders =
            Modifier.isStatic(field.getModifiers())
                && !Modifier.isPrivate(field.getModifiers())
                && !name.endsWith("_BYTES")
                && (type != V4l2.class || name.startsWith("V"))
                && !name.startsWith("$");
        if (!isHeaders) {
          continue;
        }
        Object value = field.get(null);
        if (value instanceof Number number) {
          constants.put(headerName(name), number.longValue());
        } else if (value instanceof Errno errno) {
          constants.put(name, (long) errno.code());
        }
      }
    }
    return constants;
  }

  private static String headerName(String ours) {
    return switch (ours) {
      case "SC_PAGESIZE" -> "_SC_PAGESIZE";
      case "DMA_BUF_SET_NAME" -> "DMA_BUF_SET_NAME_B";
      default -> ours;
    };
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
