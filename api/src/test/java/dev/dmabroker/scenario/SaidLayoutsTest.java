package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.InvalidConstraintException;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.Fixture;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Layouts that devices say, which the broker cannot compute or need not. */
class SaidLayoutsTest extends Fixture {
  /** A compressed layout of Arm's: a header and a body in one plane. */
  private static final Modifier COMPRESSED = Modifier.of(0x0800_0000_0000_0001L);

  private static final ImageSpec FRAME = ImageSpec.of(60, 60, PixelFormat.XRGB8888);
  private static final Layout SMALL = said(64, 64, 256, 20_480);
  private static final Layout LARGE = said(128, 64, 512, 40_960);

  private static Layout said(int width, int height, long stride, long sizeBytes) {
    return new Layout(
        sizeBytes,
        List.of(new Layout.Plane(0, stride, stride, 1)),
        Optional.of(new Layout.Image(PixelFormat.XRGB8888, COMPRESSED, width, height)));
  }

  private static ImageConstraintsBuilder compressed() {
    return ImageConstraints.builder().formats(PixelFormat.XRGB8888).modifiers(COMPRESSED);
  }

  private Device register(String name, ImageConstraintsBuilder image) {
    return broker.register(name, Constraints.builder().image(image).build());
  }

  private final Device gpu = register("gpu", compressed().layouts(LARGE, SMALL));
  private final Device screen = register("screen", compressed());

  @Test
  void aLayoutThatADeviceSaysIsTakenByThoseThatNameItsModifier() {
    Plan plan = broker.plan(FRAME, List.of(screen, gpu));
    assertEquals(SMALL, plan.placements().get(0).layout(), "the smallest that holds it");
    assertTrue(plan.toString().contains("XRGB8888 Arm 0x0800000000000001 coded 64x64"), plan + "");
    SharedBuffer buffer = broker.export("frame", FRAME);
    buffer.attach(screen);
    try (Mapping mapping = buffer.attach(gpu).map(Access.WRITE)) {
      assertEquals(SMALL, mapping.layout());
    }
    assertEquals(20_480, system.lastRequest().sizeBytes());
    assertEquals(
        LARGE,
        broker
            .plan(ImageSpec.of(100, 20, PixelFormat.XRGB8888), List.of(gpu, screen))
            .placements()
            .get(0)
            .layout());
  }

  @Test
  void theColorSpaceIsChosenAsEver() {
    Device blue = register("blue", compressed().colorSpaces(ColorSpace.BT2020));
    Layout layout = broker.plan(FRAME, List.of(gpu, blue)).placements().get(0).layout();
    assertEquals(Optional.of(ColorSpace.BT2020), layout.image().orElseThrow().colorSpace());
    assertEquals(SMALL.planes(), layout.planes());
    broker.export("frame", FRAME).attach(blue).map(Access.WRITE).close();
  }

  @Test
  void pictureThatNoneHoldsConflict() {
    assertConflict(ImageSpec.of(64, 65, PixelFormat.XRGB8888), "modifiers=[Arm 0x", gpu);
  }

  @Test
  void devicesThatSayDifferentOnesConflict() {
    Device other = register("other", compressed().layouts(said(64, 64, 256, 24_576)));
    assertConflict(
        FRAME, "other's layouts=[64x64 XRGB8888 Arm 0x0800000000000001 in 24576", gpu, other);
    Device equal = register("equal", compressed().layouts(SMALL));
    assertEquals(SMALL, broker.plan(FRAME, List.of(gpu, equal)).placements().get(0).layout());
  }

  @Test
  void stridesAndOffsetsHaveToSuitTheOthers() {
    Device wide = register("wide", compressed().strideAlignment(512));
    assertEquals(LARGE, broker.plan(FRAME, List.of(gpu, wide)).placements().get(0).layout());
    Device wider = register("wider", compressed().strideAlignment(1024));
    assertConflict(FRAME, "wider's strideAlignmentBytes=1024", gpu, wider);
  }

  private void assertConflict(ImageSpec spec, String says, Device... devices) {
    SharedBuffer buffer = broker.export("conflict", spec);
    var refusal =
        assertThrows(
            UnsatisfiableException.class,
            () -> {
              for (Device device : devices) {
                buffer.attach(device);
              }
            });
    assertTrue(String.valueOf(refusal.getMessage()).contains(says), refusal.getMessage());
  }

  @Test
  void whatTheBrokerComputesGoesFirst() {
    Device both =
        register(
            "both",
            ImageConstraints.builder()
                .formats(PixelFormat.XRGB8888)
                .modifiers(Modifier.LINEAR, COMPRESSED));
    Device any = register("any", ImageConstraints.builder().anyModifier());
    assertEquals(
        Modifier.LINEAR,
        broker
            .plan(FRAME, List.of(both, any))
            .placements()
            .get(0)
            .layout()
            .image()
            .orElseThrow()
            .modifier());
    assertEquals(SMALL, broker.plan(FRAME, List.of(both, gpu)).placements().get(0).layout());
  }

  @Test
  void aPreferredLayoutIsTakenWhereItIsNoWorse() {
    Layout wide = said(64, 64, 1024, 65_536);
    Device picky =
        broker.register(
            "picky",
            Constraints.builder()
                .image(
                    ImageConstraints.builder()
                        .formats(PixelFormat.XRGB8888)
                        .modifiers(Modifier.LINEAR, COMPRESSED))
                .prefer(5, Constraints.builder().image(compressed().layouts(wide)).build())
                .build());
    Plan.Candidate first = broker.plan(FRAME, List.of(picky)).placements().get(0);
    assertEquals(wide, first.layout());
    assertEquals(0, first.penalty());
  }

  @Test
  void contentsMoveAsAWholeAndKeepTheirLayout() throws Exception {
    SharedBuffer buffer = broker.export("frame", FRAME);
    Attachment producer = buffer.attach(gpu);
    Device cpu =
        broker.register("cpu", Constraints.builder().cpuReach().image(compressed()).build());
    Attachment viewer = buffer.attach(cpu);
    producer.map(Access.WRITE).close();
    try (Mapping mapping = viewer.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().put(20_479, (byte) 77);
    }
    Device contiguous =
        broker.register(
            "contiguous", Constraints.builder().contiguous().image(compressed()).build());
    try (Mapping mapping = buffer.attach(contiguous).map(Access.READ)) {
      assertEquals("cma", mapping.heapName());
      assertEquals(SMALL, mapping.layout());
    }
    try (Mapping mapping = viewer.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertEquals(77, view.bytes().get(20_479));
    }
  }

  @Test
  void alsoALinearLayoutCanBeSaid() {
    Layout fixed =
        new Layout(
            8192 + 4096,
            List.of(new Layout.Plane(0, 128, 64, 64), new Layout.Plane(8192, 128, 64, 32)),
            Optional.of(new Layout.Image(PixelFormat.NV12, Modifier.LINEAR, 64, 64)));
    Device codec =
        register("codec", ImageConstraints.builder().formats(PixelFormat.NV12).layouts(fixed));
    Device other = broker.register("other", Constraints.none());
    ImageSpec spec = ImageSpec.of(64, 60, PixelFormat.NV12);
    assertEquals(fixed, broker.plan(spec, List.of(other, codec)).placements().get(0).layout());
    SharedBuffer buffer = broker.export("frame", spec);
    buffer.attach(other).map(Access.WRITE).close();
    try (Mapping mapping = buffer.attach(codec).map(Access.READ)) {
      assertEquals(fixed, mapping.layout(), "the contents were moved there");
    }
  }

  @Test
  void whatIsSaidHasToBeOfWhatTheEntryIsFor() {
    assertSays("layouts must name 1 to 64 layouts, names 0", () -> compressed().layouts());
    assertSays(
        "layouts has one that does not say how a picture is stored",
        () -> compressed().layouts(new Layout(1, List.of(new Layout.Plane(0, 1, 1, 1)))));
    assertSays(
        "layouts has one of Arm 0x0800000000000001, which modifiers [LINEAR] lack",
        () -> ImageConstraints.builder().layouts(SMALL).build());
    assertSays(
        "layouts has one of XRGB8888, which formats [NV12] lack",
        () ->
            ImageConstraints.builder()
                .formats(PixelFormat.NV12)
                .anyModifier()
                .layouts(SMALL)
                .build());
  }

  private static void assertSays(String text, Supplier<Object> making) {
    var refusal = assertThrows(InvalidConstraintException.class, making::get);
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(text), refusal.getMessage());
    assertTrue(refusal.fields().contains(ConstraintField.LAYOUTS));
  }
}
