package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.Plan;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Alternatives, preferences, dispensable devices, formats and counts, seen from outside. */
class NegotiationTest extends Fixture {
  private static final ImageSpec FRAME = ImageSpec.of(64, 16, PixelFormat.NV12);
  private static final Constraints SCATTERED =
      Constraints.builder().permittedHeaps("system").build();

  private final Device camera = broker.register("camera", Constraints.none());

  private Plan.Candidate first(ImageSpec spec, Device... devices) {
    return broker.plan(spec, List.of(devices)).placements().get(0);
  }

  @Test
  void theBestAlternativeThatFitsAllIsTaken() {
    Device picky =
        broker.register(
            DeviceSpec.builder("picky")
                .alternatives(
                    CONTIGUOUS, Constraints.builder().strideAlignment(128).build(), SCATTERED)
                .build());
    Device fixed = broker.register("fixed", SCATTERED);
    Plan alone = broker.plan(FRAME, List.of(picky));
    assertEquals(100, alone.placements().get(0).penalty(), "system is first, and the second best");
    assertEquals(0, alone.placements().get(1).penalty());
    Plan.Candidate both = first(FRAME, picky, fixed);
    assertEquals("system", both.heap());
    assertEquals(100, both.penalty());
    assertEquals(128, both.layout().planes().get(0).strideBytes());
  }

  @Test
  void theHeapIsToldTheStrictestAlignment() {
    SharedBuffer buffer = broker.export("frame", FRAME);
    for (long alignment : List.of(64L, 2048L, 512L)) {
      buffer.attach(
          broker.register(
              "device " + alignment, Constraints.builder().alignment(alignment).build()));
    }
    buffer.attach(camera).map(Access.WRITE).close();
    assertEquals(2048, system.lastRequest().alignmentBytes());
  }

  @Test
  void preferencesCostAndNeverForbid() {
    Device gpu =
        broker.register(
            "gpu",
            Constraints.builder()
                .prefer(30, Constraints.builder().contiguous().build())
                .prefer(
                    7,
                    Constraints.builder()
                        .image(ImageConstraints.builder().strideAlignment(256))
                        .build())
                .build());
    Plan plan = broker.plan(FRAME, List.of(gpu));
    assertEquals(
        List.of(30L, 0L), plan.placements().stream().map(Plan.Candidate::penalty).toList());
    assertEquals(256, plan.placements().get(0).layout().planes().get(0).strideBytes());
    Device narrow =
        broker.register(
            "narrow",
            Constraints.builder().image(ImageConstraints.builder().maxStride(64)).build());
    Plan both = broker.plan(FRAME, List.of(gpu, narrow));
    assertEquals(
        List.of(37L, 7L), both.placements().stream().map(Plan.Candidate::penalty).toList());
    assertEquals(64, both.placements().get(0).layout().planes().get(0).strideBytes());
  }

  @Test
  void usagesAreWishes() {
    Device gpu =
        broker.register("gpu", Constraints.builder().usage(Usage.GPU_COLOR_TARGET).build());
    assertEquals(Usage.WEIGHT, first(FRAME, gpu).penalty(), "no heap is fast");
  }

  @Test
  void theFormatIsNegotiatedAndThenKept() {
    ImageSpec spec = ImageSpec.of(64, 16, PixelFormat.YUYV, PixelFormat.NV12);
    Device encoder =
        broker.register(
            "encoder",
            Constraints.builder()
                .image(ImageConstraints.builder().formats(PixelFormat.NV12, PixelFormat.NV21))
                .build());
    assertEquals(PixelFormat.YUYV, format(first(spec, camera).layout()));
    Plan.Candidate both = first(spec, camera, encoder);
    assertEquals(PixelFormat.NV12, format(both.layout()));
    assertEquals(100, both.penalty());
    SharedBuffer buffer = broker.export(spec);
    Attachment in = buffer.attach(camera);
    in.map(Access.READ).close();
    assertEquals(Optional.of("system"), buffer.heapName());
    Attachment out = buffer.attach(encoder); // Nobody has written: it may become another format.
    try (Mapping mapping = out.map(Access.READ)) {
      assertEquals(PixelFormat.NV12, format(mapping.layout()));
    }
    in.map(Access.WRITE).close();
    Device yuyv =
        broker.register(
            "yuyv",
            Constraints.builder()
                .image(ImageConstraints.builder().formats(PixelFormat.YUYV))
                .build());
    out.close();
    var failure = assertThrows(UnsatisfiableException.class, () -> buffer.attach(yuyv));
    assertSays(failure, "yuyv's formats=[YUYV] cannot be met");
  }

  private static PixelFormat format(Layout layout) {
    return layout.image().orElseThrow().format();
  }

  @Test
  void modifiersHaveToBeDeclaredByAll() {
    Constraints tiled =
        Constraints.builder()
            .image(
                ImageConstraints.builder()
                    .formats(PixelFormat.XRGB8888)
                    .modifiers(Modifier.I915_X_TILED))
            .build();
    Device gpu =
        broker.register(DeviceSpec.builder("gpu").alternatives(tiled, Constraints.none()).build());
    Device display =
        broker.register(
            "display",
            Constraints.builder().image(ImageConstraints.builder().anyModifier()).build());
    ImageSpec spec = ImageSpec.of(200, 10, PixelFormat.XRGB8888);
    Layout shared = first(spec, gpu, display).layout();
    assertEquals(Modifier.I915_X_TILED, shared.image().orElseThrow().modifier());
    assertEquals(1024, shared.planes().get(0).strideBytes(), "two tiles");
    assertEquals(2 * 8 * 1024, shared.sizeBytes(), "two rows of tiles");
    Layout withCamera = first(spec, gpu, display, camera).layout();
    assertEquals(Modifier.LINEAR, withCamera.image().orElseThrow().modifier());
  }

  @Test
  void tiledContentsMoveTileByTile() {
    Constraints tiled =
        Constraints.builder()
            .image(
                ImageConstraints.builder()
                    .formats(PixelFormat.XRGB8888)
                    .modifiers(Modifier.I915_X_TILED))
            .build();
    Device gpu = broker.register("gpu", tiled);
    Device wide =
        broker.register(
            "wide",
            Constraints.builder()
                .contiguous()
                .image(
                    ImageConstraints.builder()
                        .formats(PixelFormat.XRGB8888)
                        .modifiers(Modifier.I915_X_TILED)
                        .strideAlignment(2048))
                .build());
    SharedBuffer buffer = broker.export(ImageSpec.of(200, 10, PixelFormat.XRGB8888));
    Attachment in = buffer.attach(gpu);
    try (Mapping mapping = in.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      for (int i = 0; i < 2 * 8 * 1024; i++) {
        view.bytes().put(i, (byte) (i / 512)); // The tile's number, but for the rows of tiles.
      }
    }
    Attachment out = buffer.attach(wide);
    try (Mapping mapping = out.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertEquals(2048, mapping.layout().planes().get(0).strideBytes());
      for (int row = 0; row < 2; row++) {
        for (int i = 0; i < 8 * 1024; i++) {
          assertEquals(
              (byte) ((row * 8 * 1024 + i) / 512), view.bytes().get(row * 8 * 2048 + i), "at " + i);
        }
      }
    }
  }

  @Test
  void aDispensableDeviceIsLeftOutAndServedAgain() throws Exception {
    Device display = broker.register("display", CONTIGUOUS);
    Device meter =
        broker.register(DeviceSpec.builder("meter").constraints(SCATTERED).dispensable().build());
    SharedBuffer buffer = export();
    Attachment out = buffer.attach(meter);
    write(out, 5);
    assertFalse(out.isLeftOut());
    Attachment shown = buffer.attach(display);
    assertTrue(out.isLeftOut());
    assertEquals(5, read(shown));
    assertEquals(Optional.of("cma"), buffer.heapName());
    assertSays(
        assertThrows(LeftOutException.class, () -> out.map(Access.READ)),
        "cannot map buffer-1 for meter: the device is dispensable, and left out",
        "[meter, display]",
        "cma");
    shown.close();
    assertFalse(out.isLeftOut());
    assertEquals(5, read(out));
    assertEquals(Optional.of("system"), buffer.heapName());
    Plan plan = broker.plan(FRAME, List.of(display, meter));
    assertEquals(List.of("meter"), plan.placements().get(0).leftOut());
    assertTrue(plan.toString().contains("; without meter"), plan::toString);
    broker.close();
    assertEquals(
        List.of(
            new EventRecords.DeviceLeftOut("buffer-1", "meter", true),
            new EventRecords.DeviceLeftOut("buffer-1", "meter", false)),
        List.copyOf(events.leftOut),
        "each change is told once");
  }

  @Test
  void aDispensableDeviceIsServedWhereverThatIsPossible() throws Exception {
    Device extra =
        broker.register(DeviceSpec.builder("extra").constraints(CONTIGUOUS).dispensable().build());
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Attachment out = buffer.attach(extra);
    write(in, 7);
    assertEquals(Optional.of("cma"), buffer.heapName(), "though system is ranked first");
    assertEquals(7, read(out));
    broker.close();
    assertEquals(0, events.moved.size());
  }

  @Test
  void aDispensableDeviceWhoseHeapIsFullIsLeftOutAndMovesNothing() throws Exception {
    cma.capacity(0);
    Device extra =
        broker.register(DeviceSpec.builder("extra").constraints(CONTIGUOUS).dispensable().build());
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Attachment out = buffer.attach(extra);
    write(in, 7);
    assertTrue(out.isLeftOut());
    assertThrows(LeftOutException.class, () -> out.map(Access.READ));
    assertEquals(7, read(in));
    broker.close();
    assertEquals(0, events.moved.size());
    assertEquals(
        List.of(new EventRecords.DeviceLeftOut("buffer-1", "extra", true)),
        List.copyOf(events.leftOut));
  }

  @Test
  void whoWaitsIsToldWhenItIsLeftOut() throws Exception {
    broker.close();
    broker = builder().moveRetries(Duration.ofMinutes(1), 3).build();
    Device first = broker.register("first", Constraints.none());
    Device extra =
        broker.register(DeviceSpec.builder("extra").constraints(CONTIGUOUS).dispensable().build());
    SharedBuffer buffer = export();
    write(buffer.attach(first), 7);
    system.capacity(0);
    cma.capacity(0);
    Attachment out = buffer.attach(extra);
    var queued = out.mapAsync(Access.READ); // Until the move is tried again, in a minute.
    Events.next(events.rolledBack);
    buffer.attach(broker.register("fixed", SCATTERED));
    assertTrue(out.isLeftOut());
    var failure = assertThrows(ExecutionException.class, () -> queued.get(30, TimeUnit.SECONDS));
    assertTrue(failure.getCause() instanceof LeftOutException, failure::toString);
  }

  @Test
  void whatIsWrittenWhileAnotherFormatIsSoughtIsKept() throws Exception {
    ImageSpec spec = ImageSpec.of(64, 16, PixelFormat.YUYV, PixelFormat.NV12);
    Device encoder =
        broker.register(
            "encoder",
            Constraints.builder()
                .contiguous()
                .image(ImageConstraints.builder().formats(PixelFormat.NV12))
                .build());
    SharedBuffer buffer = broker.export(spec);
    Attachment in = buffer.attach(camera);
    in.map(Access.READ).close();
    AtomicBoolean written = new AtomicBoolean();
    cma.onAllocate(
        () -> {
          if (written.compareAndSet(false, true)) {
            try (Mapping mapping = in.map(Access.WRITE);
                CpuView view = mapping.cpuView()) {
              view.bytes().putLong(0, 42).putLong(2040, 43);
            }
          }
        });
    Attachment out = buffer.attach(encoder);
    assertThrows(MoveFailedException.class, () -> out.map(Access.READ));
    try (Mapping mapping = in.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertEquals(PixelFormat.YUYV, format(mapping.layout()));
      assertEquals(42, view.bytes().getLong(0));
      assertEquals(43, view.bytes().getLong(2040));
    }
  }

  @Test
  void whoHasDetachedRequiresNothingAndTheOthersStillDo() {
    Device display = broker.register("display", CONTIGUOUS);
    Device legacy = broker.register("legacy", SCATTERED);
    SharedBuffer buffer = broker.export(FRAME);
    buffer.attach(camera);
    buffer.attach(display).close(); // The last to come.
    Attachment first = buffer.attach(legacy);
    buffer.attach(camera);
    assertThrows(UnsatisfiableException.class, () -> buffer.attach(display));
    first.close(); // Not the last.
    Attachment shown = buffer.attach(display);
    buffer.attach(camera).close();
    assertThrows(UnsatisfiableException.class, () -> buffer.attach(legacy));
    shown.close();
    buffer.attach(legacy);
  }

  @Test
  void countsCombine() {
    Device capture =
        broker.register(
            "capture", Constraints.builder().camping(3).dedicatedSlack(1).minCount(4).build());
    Device encoder =
        broker.register("encoder", Constraints.builder().camping(2).sharedSlack(2).build());
    Plan.Candidate both = first(FRAME, capture, encoder);
    assertEquals(3 + 1 + 2 + 2, both.count());
    assertEquals(8 * both.sizeBytes(), both.totalBytes());
    Device few = broker.register("few", Constraints.builder().maxCount(5).build());
    Plan over = broker.plan(FRAME, List.of(capture, encoder, few));
    assertEquals(List.of(), over.placements());
    assertTrue(over.toString().contains("few's maxCount=5"), over::toString);
    SharedBuffer one = broker.export(FRAME);
    for (Device device : List.of(capture, encoder, few)) {
      one.attach(device); // A single buffer is no pool.
    }
  }

  @Test
  void aConflictNamesTheSmallestSetAndWhatWouldHelp() {
    Device display =
        broker.register(
            "display", Constraints.builder().contiguous().strideAlignment(64).cpuReach().build());
    Device legacy = broker.register("legacy", SCATTERED);
    SharedBuffer buffer = broker.export("frame", FRAME);
    buffer.attach(camera);
    buffer.attach(display);
    var failure = assertThrows(UnsatisfiableException.class, () -> buffer.attach(legacy));
    assertEquals(
        List.of("display contiguous true", "legacy permittedHeaps [system]"),
        failure.conflict().clauses().stream()
            .map(each -> each.device() + " " + each.field() + " " + each.value())
            .toList());
    assertTrue(failure.conflict().smallest());
    assertEquals(
        "cannot attach legacy to frame (64x16 NV12): no heap suits [camera, display, legacy]:"
            + " display's contiguous and legacy's permittedHeaps=[system] cannot be met together;"
            + " it would fit if display's contiguous were not asked (in system), or if legacy's"
            + " permittedHeaps=[system] were to permit cma too (in cma); system: display's"
            + " contiguous (the device needs physically contiguous memory; the heap has false (set"
            + " when the heap was made)); cma: legacy's permittedHeaps (only [system] are"
            + " permitted)",
        failure.getMessage());
    assertEquals(
        ConstraintField.PERMITTED_HEAPS.label(), failure.conflict().clauses().get(1).field());
  }

  @Test
  void aSearchThatIsTooLargeIsAnErrorAndAttachesNothing() {
    SharedBuffer buffer = broker.export(FRAME);
    buffer.attach(
        broker.register(
            "narrow",
            Constraints.builder()
                .cpuOnly() // What is imported has strides of 32 bits.
                .image(ImageConstraints.builder().maxStride(10_000_000_000_000_000L))
                .build()));
    // Strides that any six devices can agree on, and no seven.
    BigInteger prime = BigInteger.valueOf(100);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      Constraints[] alternatives = new Constraints[8];
      for (int j = 0; j < alternatives.length; j++) {
        prime = prime.nextProbablePrime();
        alternatives[j] =
            Constraints.builder().cpuOnly().strideAlignment(prime.longValue()).build();
      }
      devices.add(broker.register(DeviceSpec.builder("d" + i).alternatives(alternatives).build()));
    }
    devices.subList(0, 6).forEach(buffer::attach);
    Device last = devices.get(6);
    assertSays(
        assertThrows(SearchLimitException.class, () -> buffer.attach(last)),
        "more than 50000 combinations",
        "d0: 8",
        "give fewer alternatives");
    assertEquals(7, broker.snapshot().buffers().get(0).attached().size());
  }
}
