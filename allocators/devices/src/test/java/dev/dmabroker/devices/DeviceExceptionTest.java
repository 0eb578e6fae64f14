package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    assertEquals("VIDIOC_QBUF on /dev/video3: EFAULT, bad address", e.getMessage());
    assertEquals("VIDIOC_QBUF", e.call());
    assertEquals("/dev/video3", e.node());
    assertEquals(14, e.errno());
    assertEquals("EFAULT", e.errnoName());
  }

  @Test
  void anUnknownErrorKeepsItsNumber() {
    assertEquals("errno 4000", new DeviceException("open", "/dev/x", 4000).errnoName());
  }

  @Test
  void whatMayPassByItselfIsTransient() {
    for (int errno : new int[] {4, 11, 12, 16, 23, 24}) {
      DeviceException e = new DeviceException("VIDIOC_REQBUFS", "/dev/video3", errno);
      assertTrue(e.isTransient() && !e.isGone(), e.getMessage());
    }
    for (int errno : new int[] {2, 5, 9, 13, 14, 19, 22, 25, 4000}) {
      DeviceException e = new DeviceException("VIDIOC_QBUF", "/dev/video3", errno);
      assertFalse(e.isTransient(), e.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource
  void requestsAreThoseOfTheHeaders(CHeaders headers, @TempDir Path folder) throws Exception {
    Map<String, Long> expected = new LinkedHashMap<>();
    expected.put("DMA_HEAP_IOCTL_ALLOC", DmaHeap.DMA_HEAP_IOCTL_ALLOC);
    expected.put("DMA_BUF_IOCTL_SYNC", DmaHeap.DMA_BUF_IOCTL_SYNC);
    HeaderProbe.assertHeadersSay(headers, folder, expected);
  }
}
