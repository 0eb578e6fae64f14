package dev.dmabroker.devices;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker's buffers on the screen of vkms, all of them real. */
@Timeout(120)
class KmsDisplayLabTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final ImageSpec IMAGE = ImageSpec.of(640, 480, PixelFormat.XRGB8888);

  private final List<Attachment> buffers = new ArrayList<>();
  private Ledger before;
  private Broker broker;

  @BeforeAll
  static void assumeVkms() {
    assumeTrue(
        Files.exists(Path.of("/sys/devices/platform/vkms/drm")),
        "needs vkms; run samples/kernel-lab/test");
  }

  @BeforeEach
  void export() {
    before = Ledger.open();
    broker = Broker.builder().discoverHeaps().build();
    var device =
        broker.register(
            "display", Constraints.builder().cpuReach().permittedHeaps(DmaHeap.SYSTEM).build());
    for (SharedBuffer buffer : broker.exportSet("frame", IMAGE, 3)) {
      buffers.add(buffer.attach(device));
    }
  }

  @AfterEach
  void compareTheBooks() {
    awaitMappings(0);
    broker.close();
    before.awaitNothingLeft(LONG);
  }

  /** A fence that has signalled ends its mapping a moment later, in the broker's thread. */
  private void awaitMappings(int count) {
    Await.until(count + " mappings", EMULATED, () -> Ledger.mappings(broker) == count);
  }

  private static KmsDisplay<Integer> open(int width, int height, PixelFormat format) {
    return KmsDisplay.<Integer>open("vkms"::equals, width, height, format).orElseThrow();
  }

  @Test
  void framesAreShownInTurnAndReleasedOnTheFlip() throws InterruptedException {
    try (KmsDisplay<Integer> display = open(640, 480, PixelFormat.XRGB8888)) {
      for (int round = 0; round < 3; round++) {
        display.show(0, buffers.get(0));
        for (int i = 1; i < 20; i++) {
          display.show(i % 3, buffers.get(i % 3));
          assertEquals(Optional.of((i - 1) % 3), display.shown(LONG));
          awaitMappings(1);
        }
        display.show(2, buffers.get(2));
        display.show(0, buffers.get(0));
        assertEquals(3, display.stop().size());
        awaitMappings(0);
      }
      display.show(0, buffers.get(0));
    }
  }

  @Test
  void theFenceEndsTheMappingWithoutThisThread() {
    try (KmsDisplay<Integer> display = open(640, 480, PixelFormat.XRGB8888)) {
      display.show(0, buffers.get(0));
      display.show(1, buffers.get(1));
      awaitMappings(1);
      assertEquals(Optional.of(0), display.shown(LONG));
    }
  }

  @Test
  void aBufferThatIsShownTwiceInARowIsOneHandle() {
    try (KmsDisplay<Integer> display = open(640, 480, PixelFormat.XRGB8888)) {
      for (int i = 0; i < 10; i++) {
        display.show(i, buffers.get(0));
        if (i > 0) {
          assertEquals(Optional.of(i - 1), display.shown(LONG));
        }
      }
    }
  }

  @Test
  void whatItDoesNotShowIsSaid() {
    IllegalStateException size =
        assertThrows(IllegalStateException.class, () -> open(641, 480, PixelFormat.XRGB8888));
    assertTrue(size.toString().contains("640x480"), size.getMessage());
    IllegalStateException format =
        assertThrows(IllegalStateException.class, () -> open(640, 480, PixelFormat.NV12));
    assertTrue(format.toString().contains("XRGB8888"), format.getMessage());
  }

  @Test
  void aSecondMasterIsRefusedAndKeepsNothing() {
    try (KmsDisplay<Integer> first = open(640, 480, PixelFormat.XRGB8888);
        KmsDisplay<Integer> second = open(640, 480, PixelFormat.XRGB8888)) {
      first.show(0, buffers.get(0));
      DeviceException e = assertThrows(DeviceException.class, () -> second.show(1, buffers.get(1)));
      assertEquals("EACCES", e.errnoName());
      assertEquals(1, Ledger.mappings(broker));
    }
  }

  @Test
  void memoryThatIsNoDmaBufIsRefused() {
    var device =
        broker.register(
            "no importer", Constraints.builder().cpuOnly().permittedHeaps("memfd").build());
    Attachment memfd = broker.export("memfd", IMAGE).attach(device);
    try (KmsDisplay<Integer> display = open(640, 480, PixelFormat.XRGB8888)) {
      DeviceException e = assertThrows(DeviceException.class, () -> display.show(0, memfd));
      assertEquals("DRM_IOCTL_PRIME_FD_TO_HANDLE", e.call());
      assertEquals(0, display.count());
    }
  }
}
