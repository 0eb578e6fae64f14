package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Which colour space is chosen of those that devices have in common, and that it is told. */
class ColorSpaceChoiceTest extends Fixture {
  private static final ImageSpec FRAME = ImageSpec.of(64, 16, PixelFormat.NV12);

  private static Constraints taking(ColorSpace... spaces) {
    return Constraints.builder().image(ImageConstraints.builder().colorSpaces(spaces)).build();
  }

  private static Optional<ColorSpace> chosen(Layout layout) {
    return layout.image().orElseThrow().colorSpace();
  }

  private Optional<ColorSpace> planned(ImageSpec spec, Device... devices) {
    return chosen(broker.plan(spec, List.of(devices)).placements().get(0).layout());
  }

  @Test
  void theFirstInCommonIsChosenWhateverTheOrderOfDevices() {
    Device camera =
        broker.register("camera", taking(ColorSpace.BT2020_PQ, ColorSpace.JPEG, ColorSpace.REC601));
    Device screen =
        broker.register("screen", taking(ColorSpace.JPEG, ColorSpace.BT2020_PQ, ColorSpace.SRGB));
    assertEquals(Optional.of(ColorSpace.JPEG), planned(FRAME, camera, screen));
    assertEquals(Optional.of(ColorSpace.JPEG), planned(FRAME, screen, camera));
    assertEquals(Optional.of(ColorSpace.REC601), planned(FRAME, camera));
    assertEquals(
        Optional.of(ColorSpace.BT2020_PQ),
        planned(FRAME.toBuilder().colorSpace(ColorSpace.BT2020_PQ).build(), camera, screen),
        "what the application says goes first");
  }

  @Test
  void nothingIsSaidWhereNothingWasAsked() {
    Device camera = broker.register("camera", Constraints.none());
    assertEquals(Optional.empty(), planned(FRAME, camera));
    assertEquals(
        Optional.of(ColorSpace.OPRGB),
        planned(FRAME.toBuilder().colorSpace(ColorSpace.OPRGB).build(), camera),
        "the spec's");
    assertEquals(
        Optional.of(ColorSpace.OPRGB),
        chosen(FRAME.toBuilder().colorSpace(ColorSpace.OPRGB).build().layout()));
  }

  @Test
  void thePlanAndTheMappingTell() {
    Device camera = broker.register("camera", taking(ColorSpace.DCI_P3, ColorSpace.SRGB));
    Plan plan = broker.plan(FRAME, List.of(camera));
    assertTrue(plan.toString().contains("coded 64x16 in SRGB, "), plan::toString);
    SharedBuffer buffer = broker.export("frame", FRAME);
    try (Mapping mapping = buffer.attach(camera).map(Access.WRITE)) {
      assertEquals(Optional.of(ColorSpace.SRGB), chosen(mapping.layout()));
    }
  }

  @Test
  void aPreferredColorSpaceIsChosen() {
    Device screen =
        broker.register(
            "screen",
            Constraints.builder()
                .image(ImageConstraints.builder().colorSpaces(ColorSpace.SRGB, ColorSpace.BT2020))
                .prefer(5, taking(ColorSpace.BT2020))
                .build());
    assertEquals(Optional.of(ColorSpace.BT2020), planned(FRAME, screen));
    assertEquals(0, broker.plan(FRAME, List.of(screen)).placements().get(0).penalty());
  }

  @Test
  void contentsKeepTheirColorSpace() {
    Device camera = broker.register("camera", taking(ColorSpace.SRGB, ColorSpace.BT2020));
    Device wide = broker.register("wide", taking(ColorSpace.BT2020));
    SharedBuffer empty = broker.export("empty", FRAME);
    empty.attach(camera).map(Access.WRITE).close();
    SharedBuffer fresh = broker.export("fresh", FRAME);
    Attachment producer = fresh.attach(camera);
    try (Mapping mapping = fresh.attach(wide).map(Access.OVERWRITE)) {
      assertEquals(Optional.of(ColorSpace.BT2020), chosen(mapping.layout()));
    }
    producer.map(Access.READ).close();
    var refusal =
        assertThrows(UnsatisfiableException.class, () -> empty.attach(wide).map(Access.READ));
    assertTrue(String.valueOf(refusal.getMessage()).contains("colorSpaces"), refusal.getMessage());
  }

  @Test
  void contentsThatAreWrittenWhileMemoryIsSoughtKeepTheirs() {
    Device camera = broker.register("camera", taking(ColorSpace.SRGB, ColorSpace.BT2020));
    Device wide =
        broker.register(
            "wide",
            Constraints.builder()
                .contiguous()
                .image(ImageConstraints.builder().colorSpaces(ColorSpace.BT2020))
                .build());
    SharedBuffer buffer = broker.export("frame", FRAME);
    Attachment in = buffer.attach(camera);
    in.map(Access.READ).close();
    AtomicBoolean written = new AtomicBoolean();
    cma.onAllocate(
        () -> {
          if (!written.getAndSet(true)) {
            in.map(Access.WRITE).close();
          }
        });
    Attachment out = buffer.attach(wide); // The search for memory may begin here.
    assertThrows(BrokerException.class, () -> out.map(Access.READ).close());
    assertTrue(written.get());
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals(Optional.of(ColorSpace.SRGB), chosen(mapping.layout()));
    }
  }

  @Test
  void memoryOfAnotherColorSpaceIsNoMatch() {
    Layout tight = FRAME.toBuilder().colorSpace(ColorSpace.SRGB).build().layout();
    var memory =
        new ScriptedMemory(
            ScriptedHeap.ordinary().build(), /* movable= */ true, tight.sizeBytes(), null);
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                broker.adopt(
                    "frame",
                    FRAME.toBuilder().colorSpace(ColorSpace.REC709).build(),
                    tight,
                    memory));
    assertTrue(
        String.valueOf(refusal.getMessage())
            .contains("the spec names the colour space REC709, the layout SRGB"),
        refusal.getMessage());
  }
}
