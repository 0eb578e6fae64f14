package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pictures in memory that was adopted. */
class AdoptedPictureTest extends AdoptFixture {
  /** What a layout alone contradicts is in {@code LayoutTest} of the package of layouts. */
  @Test
  void layoutsThatDoNotHoldWhatIsSpecifiedAreRefused() {
    BlobSpec blob = BlobSpec.of(SIZE);
    for (Layout layout :
        List.of(
            BlobSpec.of(SIZE - 1).layout(),
            BlobSpec.of(SIZE + 1).layout(),
            new Layout(2 * SIZE, List.of(new Layout.Plane(0, SIZE, SIZE, 2))),
            new Layout(SIZE, List.of(new Layout.Plane(0, SIZE / 2, SIZE / 2, 2, 2))),
            new Layout(
                2 * SIZE,
                List.of(new Layout.Plane(0, SIZE, SIZE, 1), new Layout.Plane(SIZE, 1, 1, 1))),
            ImageSpec.of((int) SIZE, 1, PixelFormat.GREY).layout())) {
      assertRefused(blob, layout, "65536 bytes", "take all of the line");
    }
    ImageSpec picture = ImageSpec.of(8, 8, PixelFormat.XRGB8888);
    assertRefused(picture, blob.layout(), "does not say how the picture is stored");
    assertRefused(
        picture,
        ImageSpec.of(8, 8, PixelFormat.XBGR8888).layout(),
        "8x8 XRGB8888",
        "the spec does not name the format XBGR8888",
        "give the spec and the layout of what is in the memory");
    for (ImageSpec small :
        List.of(
            ImageSpec.of(7, 8, PixelFormat.XRGB8888), ImageSpec.of(8, 7, PixelFormat.XRGB8888))) {
      assertRefused(
          picture, small.layout(), "larger than the coded " + small.width() + "x" + small.height());
    }
    assertEquals(0, imported.heap.allocations());
  }

  private void assertRefused(BufferSpec spec, Layout layout, String... says) {
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> broker.adopt("frame", spec, layout, imported),
            layout.toString());
    assertSays(failure, says);
    assertSays(failure, "cannot adopt frame: a buffer of " + spec + " cannot lie like this");
  }

  /** A picture of 64x64 XRGB8888 or GREY, as it may lie, with padding or without. */
  @Test
  void aPictureLiesInItsMemoryLineByLine() {
    long size = 64 * 256;
    Layout.Image image = new Layout.Image(PixelFormat.XRGB8888, Modifier.LINEAR, 64, 64);
    for (Layout layout :
        List.of(
            picture(size, new Layout.Plane(0, 256, 256, 64), image),
            picture(size + 1, new Layout.Plane(1, 256, 256, 64), image),
            picture(size + 63, new Layout.Plane(0, 257, 256, 64), image),
            ImageSpec.of(65, 64, PixelFormat.XRGB8888).layout(),
            ImageSpec.of(64, 65, PixelFormat.XRGB8888).layout(),
            ImageSpec.of(64, 64, PixelFormat.GREY).layout())) {
      broker.adopt("frame", spec(), layout, users).close();
    }
    assertEquals(6, users.heap.allocations());
  }

  private static ImageSpec spec() {
    return ImageSpec.of(64, 64, PixelFormat.XRGB8888, PixelFormat.GREY);
  }

  private static Layout picture(long sizeBytes, Layout.Plane plane, Layout.Image image) {
    return new Layout(sizeBytes, List.of(plane), Optional.of(image));
  }

  @Test
  void memoryThatIsTooSmallIsNamedWithItsSizeAndWhatIsNeeded() {
    ScriptedMemory small = new ScriptedMemory(ScriptedHeap.ordinary().build(), true, 1024, null);
    var failure =
        assertThrows(
            AllocationException.class, () -> broker.adopt("frame", BlobSpec.of(2048), small));
    assertEquals(
        "cannot adopt frame (2048 bytes, 2048 bytes) in elsewhere: it has 1024 bytes, and the"
            + " layout takes 2048",
        failure.getMessage());
    assertEquals(0, small.heap.live());
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
