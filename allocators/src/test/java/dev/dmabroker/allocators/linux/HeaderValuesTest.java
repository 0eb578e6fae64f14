package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.testing.CHeaders;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The constants against what the headers of the C library and the kernel say, recorded here, and
 * read by the compiler of each architecture.
 */
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
          "sys/syscall.h");

  /** Macros that came after the headers of some distributions. */
  private static final Set<String> NEWER_MACROS =
      Set.of("MFD_NOEXEC_SEAL", "DMA_BUF_IOCTL_EXPORT_SYNC_FILE");

  @Test
  void requestsHaveTheirRecordedNumbers() {
    assertEquals(0xc0184800L, Ioctl.DMA_HEAP_IOCTL_ALLOC);
    assertEquals(0x40187542L, Ioctl.UDMABUF_CREATE);
    assertEquals(0x40086200L, Ioctl.DMA_BUF_IOCTL_SYNC);
    assertEquals(0x40086201L, Ioctl.DMA_BUF_SET_NAME);
    assertEquals(0xc0086202L, Ioctl.DMA_BUF_IOCTL_EXPORT_SYNC_FILE);
    assertEquals(0xc0383e04L, Ioctl.SYNC_IOC_FILE_INFO);
  }

  @ParameterizedTest
  @EnumSource
  void allNumbersAreThoseOfTheArchitecturesHeaders(CHeaders headers, @TempDir Path folder)
      throws Exception {
    Map<String, Long> expected = constants();
    assertTrue(expected.size() > 40, "constants found by reflection: " + expected.size());
    expected.putAll(layouts());
    Architecture architecture = Architecture.find(headers.osArch()).orElseThrow();
    expected.put("__NR_mbind", architecture.mbind());
    headers.assertSay(folder, HEADERS, NEWER_MACROS, expected);
  }

  @Test
  void eachArchitectureIsCompared() {
    assertEquals(
        Arrays.stream(Architecture.values()).map(Architecture::osArch).toList(),
        Arrays.stream(CHeaders.values()).map(CHeaders::osArch).toList());
  }

  /** Structures whose sizes are in no request's number, and the members that are used. */
  private static Map<String, Long> layouts() {
    Map<String, Integer> layouts = new LinkedHashMap<>();
    layouts.put("sizeof(long)", Long.BYTES);
    layouts.put("sizeof(size_t)", Long.BYTES);
    layouts.put("sizeof(off_t)", Long.BYTES);
    layouts.put("sizeof(nfds_t)", Long.BYTES);
    layouts.put("sizeof(eventfd_t)", Long.BYTES);
    layouts.put("sizeof(struct pollfd)", LibC.POLLFD_BYTES);
    layouts.put("offsetof(struct pollfd, events)", 4);
    layouts.put("offsetof(struct pollfd, revents)", 6);
    layouts.put("sizeof(struct inotify_event)", LibC.INOTIFY_EVENT_BYTES);
    layouts.put("offsetof(struct inotify_event, mask)", 4);
    layouts.put("offsetof(struct inotify_event, len)", 12);
    layouts.put("sizeof(struct timespec)", LibC.TIMESPEC_BYTES);
    layouts.put("sizeof(struct statfs)", LibC.STATFS_BYTES);
    layouts.put("offsetof(struct statfs, f_type)", 0);
    layouts.put("sizeof(((struct statfs *)0)->f_type)", 8);
    layouts.put("offsetof(struct dma_heap_allocation_data, len)", 0);
    layouts.put("offsetof(struct dma_heap_allocation_data, fd)", 8);
    layouts.put("offsetof(struct dma_heap_allocation_data, fd_flags)", 12);
    layouts.put("offsetof(struct dma_heap_allocation_data, heap_flags)", 16);
    layouts.put("offsetof(struct udmabuf_create, memfd)", 0);
    layouts.put("offsetof(struct udmabuf_create, flags)", 4);
    layouts.put("offsetof(struct udmabuf_create, offset)", 8);
    layouts.put("offsetof(struct udmabuf_create, size)", 16);
    layouts.put("offsetof(struct sync_file_info, status)", 32);
    layouts.put("offsetof(struct sync_file_info, num_fences)", 40);
    layouts.put("offsetof(struct sync_file_info, sync_fence_info)", 48);
    layouts.put("sizeof(struct sync_fence_info)", Ioctl.SYNC_FENCE_INFO_BYTES);
    layouts.put("offsetof(struct sync_fence_info, status)", 64);
    layouts.put("offsetof(struct sync_fence_info, timestamp_ns)", 72);
    Map<String, Long> result = new LinkedHashMap<>();
    layouts.forEach((expression, value) -> result.put(expression, (long) value));
    return result;
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
}
