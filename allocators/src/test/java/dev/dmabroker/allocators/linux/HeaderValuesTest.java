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
          "sys/vfs.h",
          "poll.h",
          "time.h",
          "linux/magic.h",
          "linux/sync_file.h",
          "linux/memfd.h",
          "linux/dma-buf.h",
          "linux/dma-heap.h",
          "linux/udmabuf.h");

  @Test
  void requestsHaveTheirRecordedNumbers() {
    assertEquals(0xc0184800L, Ioctl.DMA_HEAP_IOCTL_ALLOC);
    assertEquals(0x40187542L, Ioctl.UDMABUF_CREATE);
    assertEquals(0x40086200L, Ioctl.DMA_BUF_IOCTL_SYNC);
    assertEquals(0x40086201L, Ioctl.DMA_BUF_SET_NAME);
    assertEquals(0xc0086202L, Ioctl.DMA_BUF_IOCTL_EXPORT_SYNC_FILE);
    assertEquals(0xc0383e04L, Ioctl.SYNC_IOC_FILE_INFO);
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
    layouts()
        .forEach(layout -> program.append("_Static_assert(" + layout + ", \"" + layout + "\");\n"));
    program.append("int main(void) {\n");
    ours.keySet()
        .forEach(
            name ->
                program
                    .append("#ifndef NO_" + name + "\n")
                    .append("printf(\"" + name + " %lld\\n\", (long long)(" + name + "));\n")
                    .append("#endif\n"));
    program.append("}\n");
    Path source = Files.writeString(folder.resolve("values.c"), program);
    Path binary = folder.resolve("values");
    // Older headers lack these.
    run(
        "/usr/bin/gcc",
        unlessIn("linux/memfd.h", "MFD_NOEXEC_SEAL"),
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
        "sizeof(struct timespec) == " + LibC.TIMESPEC_BYTES,
        "sizeof(struct statfs) == " + LibC.STATFS_BYTES,
        "offsetof(struct statfs, f_type) == 0",
        "sizeof(((struct statfs *)0)->f_type) == 8",
        "offsetof(struct sync_file_info, status) == 32",
        "offsetof(struct sync_file_info, num_fences) == 40",
        "offsetof(struct sync_file_info, sync_fence_info) == 48",
        "sizeof(struct sync_fence_info) == " + Ioctl.SYNC_FENCE_INFO_BYTES,
        "offsetof(struct sync_fence_info, status) == 64");
  }

  private static Map<String, Long> constants() throws IllegalAccessException {
    Map<String, Long> constants = new LinkedHashMap<>();
    for (Class<?> type : List.of(LibC.class, Ioctl.class, Errno.class)) {
      for (Field field : type.getDeclaredFields()) {
        String name = field.getName();
        boolean isHeaders =
            Modifier.isStatic(field.getModifiers())
                && !Modifier.isPrivate(field.getModifiers())
                && !name.endsWith("_BYTES")
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
