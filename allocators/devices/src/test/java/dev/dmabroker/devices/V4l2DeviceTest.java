package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class V4l2DeviceTest {
  @Test
  void aMissingNodeIsNamed() {
    DeviceException e =
        assertThrows(DeviceException.class, () -> V4l2Device.open(Path.of("/dev/video999")));
    assertEquals("open on /dev/video999: ENOENT, no such file", e.getMessage());
    assertEquals(Errno.ENOENT.code(), e.errno());
  }

  @Test
  void anotherKindOfNodeIsRefusedAndClosed() throws Exception {
    List<Path> before = nulls(); // The program that started this one may have left some open.
    for (int i = 0; i < 3; i++) {
      DeviceException e =
          assertThrows(DeviceException.class, () -> V4l2Device.open(Path.of("/dev/null")));
      assertEquals("VIDIOC_QUERYCAP", e.call());
      assertEquals("ENOTTY", e.errnoName());
    }
    assertEquals(before, nulls());
  }

  /** The descriptors of this process that are open on the node. */
  private static List<Path> nulls() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(Files::isSymbolicLink)
          .filter(fd -> target(fd).equals(Path.of("/dev/null")))
          .sorted()
          .toList();
    }
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return link; // The descriptor that lists the folder is gone by now.
    }
  }

  @Test
  void nothingIsFoundWhereNothingFits() {
    assertEquals(
        Optional.empty(), V4l2Device.find(V4l2Direction.CAPTURE, c -> c.card().equals("none")));
  }

  @Test
  void theTwoVividsAreToldApart() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE);
        V4l2Device display = Lab.vivid(1, V4l2Direction.OUTPUT)) {
      assertEquals("vivid", camera.capabilities().driver());
      assertEquals("vivid", camera.capabilities().card());
      assertEquals("platform:vivid-000", camera.capabilities().busInfo());
      assertEquals("platform:vivid-001", display.capabilities().busInfo());
      assertFalse(camera.capabilities().streams(V4l2Direction.OUTPUT));
    }
  }

  @Test
  void aMemoryToMemoryDeviceStreamsBothWays() {
    Lab.assumeVivid();
    try (V4l2Device scaler =
        V4l2Device.find(V4l2Direction.OUTPUT, c -> c.driver().equals("vim2m")).orElseThrow()) {
      assertTrue(scaler.capabilities().streams(V4l2Direction.CAPTURE));
    }
  }

  @Test
  void theDescriptorIsNotInherited() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      int getFlags = 1;
      int closeOnExec = 1;
      assertEquals(closeOnExec, LibC.calls().fcntl(camera.fd(), getFlags, 0));
    }
  }

  @Test
  void theDriverMayAdjustAFormat() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      ImageSpec image = ImageSpec.of(1280, 720, PixelFormat.NV12);
      V4l2Format format = camera.setFormat(V4l2Direction.CAPTURE, image);
      assertEquals("1280x720 NV12, stride 1280, 1382400 bytes", format.toString());
      assertTrue(format.shows(image));
      assertEquals(1536, camera.setFormat(V4l2Direction.CAPTURE, image, 1536).strideBytes());

      ImageSpec tooLarge = ImageSpec.of(100_000, 100_000, PixelFormat.NV12);
      assertFalse(camera.setFormat(V4l2Direction.CAPTURE, tooLarge).shows(tooLarge));
    }
  }

  @Test
  void timingsSetSizeAndRate() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      assertEquals(60, framesPerSecond(camera), 0.1);
      DvTimings slow =
          camera.signal().dvTimings().stream()
              .filter(t -> t.shows(1280, 720, 30))
              .findFirst()
              .orElseThrow();
      assertEquals("1280x720p30.00", slow.toString());
      camera.signal().setDvTimings(slow);
      assertEquals(30, framesPerSecond(camera), 0.1);
    }
  }

  @Test
  void timingsOfAnEarlierUserAreNotTakenForOnesOwn() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      camera.signal().setDvTimings(1280, 720, 30);
    }
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      assertEquals(60, framesPerSecond(camera), 0.1);
    }
  }

  private static double framesPerSecond(V4l2Device camera) {
    return camera.signal().frameInterval(V4l2Direction.CAPTURE).framesPerSecond();
  }

  @Test
  void aWebcamHasARateButNoTimings() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      camera.signal().setInput(0);
      assertEquals(List.of(), camera.signal().dvTimings());
      camera.setFormat(V4l2Direction.CAPTURE, ImageSpec.of(320, 180, PixelFormat.YUYV));
      FrameInterval granted =
          camera.signal().setFrameInterval(V4l2Direction.CAPTURE, new FrameInterval(1, 15));
      assertEquals(15, granted.framesPerSecond());
      assertEquals(granted, camera.signal().frameInterval(V4l2Direction.CAPTURE));
    }
  }

  @Test
  void aMissingInputIsInvalid() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      DeviceException e = assertThrows(DeviceException.class, () -> camera.signal().setInput(99));
      assertEquals("VIDIOC_S_INPUT", e.call());
      assertEquals(Errno.EINVAL.code(), e.errno());
    }
  }

  @Test
  void aClosedDeviceSaysSo() {
    Lab.assumeVivid();
    V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE);
    V4l2Queue<Integer> queue = camera.queue(V4l2Direction.CAPTURE, 4);
    camera.close();
    camera.close();
    assertTrue(queue.isClosed());
    assertThrows(IllegalStateException.class, () -> camera.signal().setInput(0));
  }

  @Test
  void aDirectionHasOneQueue() {
    Lab.assumeVivid();
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      V4l2Queue<Integer> queue = camera.queue(V4l2Direction.CAPTURE, 4);
      assertThrows(IllegalStateException.class, () -> camera.queue(V4l2Direction.CAPTURE, 4));
      queue.close();
      camera.queue(V4l2Direction.CAPTURE, 4).close();
    }
  }
}
