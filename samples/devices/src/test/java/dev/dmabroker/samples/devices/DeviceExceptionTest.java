package dev.dmabroker.samples.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.testing.CHeaders;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceExceptionTest {
  @Test
  void saysWhatWasCalledWhereAndWhy() {
    DeviceException e = new DeviceException("VIDIOC_QBUF", "/dev/video3", 14);
    assertEquals("VIDIOC_QBUF on /dev/video3: EFAULT (Bad address)", e.getMessage());
    assertEquals("VIDIOC_QBUF", e.call());
    assertEquals("/dev/video3", e.node());
    assertEquals(14, e.errno());
    assertEquals("EFAULT", e.errnoName());
  }

  @Test
  void anUnknownErrorKeepsItsNumber() {
    assertEquals("errno 4000", new DeviceException("open", "/dev/x", 4000).errnoName());
  }

  @ParameterizedTest
  @EnumSource
  void numbersOfErrorsAndFlagsAreThoseOfTheHeaders(CHeaders headers, @TempDir Path folder)
      throws Exception {
    Map<String, Long> expected = new LinkedHashMap<>();
    Errno.NAMES.forEach((number, name) -> expected.put(name, (long) number));
    expected.put("O_RDWR", (long) Libc.O_RDWR);
    expected.put("O_NONBLOCK", (long) Libc.O_NONBLOCK);
    expected.put("O_CLOEXEC", (long) Libc.O_CLOEXEC);
    expected.put("POLLIN", (long) Libc.POLLIN);
    expected.put("POLLPRI", (long) Libc.POLLPRI);
    expected.put("POLLOUT", (long) Libc.POLLOUT);
    expected.put("F_DUPFD_CLOEXEC", (long) Libc.F_DUPFD_CLOEXEC);
    expected.put("PROT_READ | PROT_WRITE", (long) Libc.PROT_READ_WRITE);
    expected.put("MAP_SHARED", (long) Libc.MAP_SHARED);
    expected.put("MAP_PRIVATE | MAP_ANONYMOUS", (long) Libc.MAP_PRIVATE_ANONYMOUS);
    expected.put("sizeof(struct pollfd)", (long) Libc.POLLFD_SIZE);
    expected.put("offsetof(struct pollfd, events)", (long) Libc.POLLFD_EVENTS);
    expected.put("DMA_HEAP_IOCTL_ALLOC", DmaHeap.DMA_HEAP_IOCTL_ALLOC);
    expected.put("DMA_BUF_IOCTL_SYNC", DmaHeap.DMA_BUF_IOCTL_SYNC);
    HeaderProbe.assertHeadersSay(headers, folder, expected);
  }
}
