package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ways in which something can be stored. */
class TargetTest {
  private final ImageSpec picture =
      ImageSpec.of(64, 32, PixelFormat.NV12, PixelFormat.XRGB8888, PixelFormat.GREY);

  private static List<Modifier> modifiers(Target target, PixelFormat format) {
    return target.forms().stream()
        .filter(form -> form.format() == format)
        .map(StorageForm::modifier)
        .toList();
  }

  private static List<Modifier> supported(PixelFormat format) {
    return Modifier.computed().stream().filter(it -> it.supports(format)).toList();
  }

  @Test
  void bytesAreStoredInOneWay() {
    BlobSpec spec = BlobSpec.of(4096);
    Target target = Target.of(spec);
    assertFalse(target.isImage());
    assertSame(spec, target.spec());
    assertEquals(1, target.forms().size());
    assertEquals(0, target.forms().get(0).penalty());
    assertSame(target, target.storedAs(spec.layout()));
  }

  @Test
  void aPictureIsStoredInEachFormatThatItTakesWithEachModifierOfThat() {
    Target target = Target.of(picture);
    assertTrue(target.isImage());
    assertEquals(
        new Picture(picture.width(), picture.height(), picture.colorSpace()), target.picture());
    for (PixelFormat format : picture.formats()) {
      assertEquals(supported(format), modifiers(target, format));
    }
    assertFalse(
        supported(PixelFormat.NV12).equals(supported(PixelFormat.XRGB8888)),
        "not the same of all formats");
  }

  @Test
  void formatsCostMoreTheLaterTheyAreNamed() {
    for (StorageForm form : Target.of(picture).forms()) {
      assertEquals(picture.formats().indexOf(form.format()) * StorageForm.STEP, form.penalty());
    }
  }

  @Test
  void whatHasContentsIsStoredAsTheyAre() {
    Target target = Target.of(picture);
    Target stored = target.storedAs(picture.layout());
    assertEquals(List.of(new StorageForm(PixelFormat.NV12, Modifier.LINEAR, 0)), stored.forms());
    assertEquals(target.picture(), stored.picture());
  }
}
