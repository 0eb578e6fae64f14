package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pictures in memory that was adopted. */
class AdoptedPictureTest extends AdoptFixture {
  @Test
  void layoutsThatDoNotFitAreRefused() {
    BlobSpec blob = BlobSpec.of(SIZE);
    for (Layout.Plane plane :
        List.of(
            new Layout.Plane(1, SIZE, SIZE, 1),
            new Layout.Plane(-1, SIZE, SIZE, 1),
            new Layout.Plane(0, SIZE, SIZE, 2),
            new Layout.Plane(0, SIZE, SIZE, 0),
            new Layout.Plane(Long.MAX_VALUE, SIZE, SIZE, 1),
            new Layout.Plane(0, SIZE, SIZE, Long.MAX_VALUE),
            new Layout.Plane(0, Long.MAX_VALUE, Long.MAX_VALUE, 1))) {
      Layout layout = new Layout(SIZE, List.of(plane));
      assertThrows(
          IllegalArgumentException.class,
          () -> broker.adopt("frame", blob, layout, imported),
          layout.toString());
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            broker.adopt(
                "frame", ImageSpec.of(8, 8, PixelFormat.XRGB8888), blob.layout(), imported));
    assertEquals(0, imported.heap.allocations());
  }

  /** A picture of 64x64 XRGB8888 or GREY, as it may lie and just no more. */
  @Test
  void aPictureLiesInItsMemoryLineByLine() {
    PixelFormat xrgb = PixelFormat.XRGB8888;
    long size = 64 * 256;
    Layout.Image image = new Layout.Image(xrgb, Modifier.LINEAR, 64, 64);
    Layout.Plane whole = new Layout.Plane(0, 256, 256, 64);
    for (Layout layout :
        List.of(
            picture(size, whole, image),
            picture(size, whole, new Layout.Image(xrgb, Modifier.LINEAR, 65, 64)),
            picture(size, whole, new Layout.Image(xrgb, Modifier.LINEAR, 64, 65)),
            picture(size + 1, new Layout.Plane(1, 256, 256, 64), image),
            picture(size + 63, new Layout.Plane(0, 257, 256, 64), image),
            picture(64 * 64, new Layout.Plane(0, 64, 64, 64), grey()))) {
      broker.adopt("frame", spec(), layout, users).close();
    }
    int opened = users.heap.allocations();
    for (Layout layout :
        List.of(
            picture(size - 1, whole, image),
            picture(size, whole, new Layout.Image(xrgb, Modifier.LINEAR, 63, 64)),
            picture(size, whole, new Layout.Image(xrgb, Modifier.LINEAR, 64, 63)),
            picture(size, whole, new Layout.Image(PixelFormat.XBGR8888, Modifier.LINEAR, 64, 64)),
            picture(64 * 64, new Layout.Plane(0, 64, 64, 64), image),
            picture(size, whole, new Layout.Image(xrgb, Modifier.ALLWINNER_TILED, 64, 64)),
            picture(size, new Layout.Plane(1, 256, 256, 64), image),
            picture(size + 62, new Layout.Plane(0, 257, 256, 64), image),
            picture(size, new Layout.Plane(0, 255, 256, 64), image),
            picture(size, new Layout.Plane(0, 256, 255, 64), image),
            picture(size, new Layout.Plane(0, 256, 256, 63), image),
            new Layout(2 * size, List.of(whole, whole), Optional.of(image)),
            new Layout(size, List.of(whole)))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> broker.adopt("frame", spec(), layout, users),
          layout.toString());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> broker.adopt("frame", BlobSpec.of(size), picture(size, whole, image), users));
    assertEquals(opened, users.heap.allocations());
  }

  private static ImageSpec spec() {
    return ImageSpec.of(64, 64, PixelFormat.XRGB8888, PixelFormat.GREY);
  }

  private static Layout.Image grey() {
    return new Layout.Image(PixelFormat.GREY, Modifier.LINEAR, 64, 64);
  }

  private static Layout picture(long sizeBytes, Layout.Plane plane, Layout.Image image) {
    return new Layout(sizeBytes, List.of(plane), Optional.of(image));
  }

  @Test
  void aPicturesOwnStrideIsKeptWhereItLiesAndNotBeyond() {
    ImageSpec spec = ImageSpec.of(64, 64, PixelFormat.XRGB8888);
    Layout wide =
        new Layout(
            64 * 512,
            List.of(new Layout.Plane(0, 512, 256, 64)),
            Optional.of(new Layout.Image(PixelFormat.XRGB8888, Modifier.LINEAR, 64, 64)));
    SharedBuffer frame = broker.adopt("frame", spec, wide, users);
    Attachment in = frame.attach(camera());
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals(wide, mapping.layout());
    }
    Attachment out = frame.attach(display());
    try (Mapping mapping = out.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      long stride = mapping.layout().planes().get(0).strideBytes();
      assertEquals(256, stride);
      assertEquals(42, view.bytes().getLong(0));
      assertEquals(42 + 512, view.bytes().getLong(256));
      assertEquals(42 + 63 * 512 + 248, view.bytes().getLong(63 * 256 + 248));
    }
  }

  @Test
  void aDeviceThatTakesNoSuchStrideIsRefused() {
    ImageSpec spec = ImageSpec.of(60, 64, PixelFormat.XRGB8888);
    SharedBuffer frame = broker.adopt("frame", spec, imported);
    Device strict = broker.register("strict", Constraints.builder().strideAlignment(64).build());
    assertSays(assertThrows(PinnedException.class, () -> frame.attach(strict)), "layout");
  }
}
