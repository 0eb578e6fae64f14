package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Conflict;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.StubHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a plan says, and that it does nothing. */
class PlanTest extends Fixture {
  private static final ImageSpec FRAME = ImageSpec.of(1000, 10, PixelFormat.NV12);

  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display =
      broker.register(
          "display",
          Constraints.builder().contiguous().addressBits(32).strideAlignment(64).build());

  @Test
  void saysWhereAFrameFitsAndWhyNotElsewhere() {
    assertEquals(
        """
        1000x10 NV12 for camera, display
          rank  heap    buffers      bytes each      cost  why
          1     cma           1          15,360      0.00  in order
                in cma: NV12 LINEAR coded 1000x10, plane at 0 stride 1,024, plane at 10,240 stride\
         1,024, 15,360 bytes, aligned to 4,096, coherent through CPU
          -     system  display's contiguous: the device needs physically contiguous memory; the\
         heap has false (set when the heap was made)
        """,
        broker.plan(FRAME, List.of(camera, display)).toString());
  }

  @Test
  void carriesTheLayoutThatSuitsAll() {
    Plan plan = broker.plan(FRAME, List.of(camera, display));
    assertEquals(FRAME, plan.spec());
    assertEquals(List.of("camera", "display"), plan.devices());
    Plan.Candidate candidate = plan.placements().get(0);
    assertEquals(
        List.of(new Layout.Plane(0, 1024, 1000, 10), new Layout.Plane(10_240, 1024, 1000, 5)),
        candidate.layout().planes());
    assertEquals(15_360, candidate.sizeBytes());
    Plan.PassedOver passedOver = plan.passedOver().get(0);
    assertEquals("system", passedOver.heap());
    assertEquals("display", passedOver.device());
    assertEquals("contiguous", passedOver.field());
  }

  @Test
  void listsEveryHeapForWhoAsksForNothing() {
    Plan plan = broker.plan(FRAME, List.of(camera));
    assertEquals(
        List.of("system", "cma"), plan.placements().stream().map(Plan.Candidate::heap).toList());
    assertEquals(List.of(), plan.passedOver());
    assertEquals(2, broker.plan(FRAME, List.of()).placements().size(), "for nobody");
  }

  @Test
  void namesEveryDeviceThatRulesAHeapOut() {
    Device scanner =
        broker.register("scanner", Constraints.builder().forbiddenHeaps("system").build());
    Device uncached = broker.register("uncached", Constraints.builder().alignment(1 << 20).build());
    Plan plan = broker.plan(BlobSpec.of(1), List.of(display, scanner, uncached));
    assertEquals(List.of(), plan.placements());
    assertEquals(
        List.of(
            "system display contiguous",
            "system scanner forbiddenHeaps",
            "system uncached alignmentBytes",
            "cma uncached alignmentBytes"),
        plan.passedOver().stream()
            .map(heap -> heap.heap() + " " + heap.device() + " " + heap.field())
            .toList());
  }

  @Test
  void hasNoSideEffectsAndAsksNoHeap() {
    Attachment in = broker.export(FRAME).attach(camera);
    in.map(Access.READ).close();
    BrokerSnapshot before = broker.snapshot();
    int allocations = system.allocations() + cma.allocations();
    Plan first = broker.plan(FRAME, List.of(camera, display));
    Plan second = broker.plan(FRAME, List.of(camera, display));
    assertEquals(first.toString(), second.toString());
    BrokerSnapshot after = broker.snapshot();
    assertEquals(before.buffers(), after.buffers());
    assertEquals(before.heaps(), after.heaps());
    assertEquals(allocations, system.allocations() + cma.allocations());
    assertTrue(events.refused.isEmpty() && events.moved.isEmpty());
  }

  @Test
  void aHeapThatIsFullNowIsStillListed() {
    system.capacity(0);
    assertEquals("system", broker.plan(FRAME, List.of(camera)).placements().get(0).heap());
  }

  @Test
  void aHeapThatNeverGivesThatMuchIsRuledOutForAll() {
    ScriptedHeap small =
        new ScriptedHeap(
            "small",
            ScriptedHeap.ordinary()
                .maxSizeBytes(Trait.declared(8192L))
                .capacityBytes(Trait.declared(4096L))
                .build());
    try (Broker over = Broker.builder().heap(small).heuristic(new InOrder()).build()) {
      Device any = over.register("any", Constraints.none());
      assertEquals(1, over.plan(BlobSpec.of(4096), List.of(any)).placements().size());
      Plan plan = over.plan(BlobSpec.of(4097), List.of(any));
      assertEquals(
          List.of(
              new RankedPlan.PassedOver(
                  "small",
                  "",
                  "sizeBytes",
                  "the buffer needs 4097 bytes, the heap gives at most 4096")),
          plan.passedOver());
      assertTrue(plan.toString().contains("small  sizeBytes: "));
    }
  }

  @Test
  void theSmallestSizeOfAnyDeviceCounts() {
    Device codec = broker.register("codec", Constraints.builder().minSize(1 << 20).build());
    Plan plan = broker.plan(BlobSpec.of(1), List.of(camera, codec));
    assertEquals(1 << 20, plan.placements().get(0).sizeBytes());
    assertEquals(1, plan.placements().get(0).layout().sizeBytes());
    Device tiny = broker.register("tiny", Constraints.builder().maxSize(4096).build());
    Plan both = broker.plan(BlobSpec.of(1), List.of(codec, tiny));
    assertEquals(List.of(), both.placements());
    assertEquals("", both.passedOver().get(0).device());
    assertEquals("minSizeBytes and maxSizeBytes", both.passedOver().get(0).field());
  }

  @Test
  void saysWhatTheDevicesNeedBeforeTheHeapRoundsUp() {
    Device codec = broker.register("codec", Constraints.builder().minSize(20_001).build());
    Plan plan = broker.plan(FRAME, List.of(display, codec));
    Plan.Candidate candidate = plan.placements().get(0);
    assertEquals(15_360, candidate.layout().sizeBytes());
    assertEquals(20_001, candidate.neededBytes());
    assertTrue(
        plan.toString()
            .contains(
                "15,360 bytes of 20,001 that a device asks at least, aligned to 4,096, coherent"
                    + " through CPU\n"),
        plan::toString);
    assertEquals(15_360, broker.plan(FRAME, List.of(display)).placements().get(0).neededBytes());
  }

  @Test
  void saysWhichAlternativeOfEachDeviceWasTaken() {
    Constraints inCma = Constraints.builder().permittedHeaps("cma").build();
    Constraints large = Constraints.builder().minSize(1 << 20).build();
    Device choosy =
        broker.register(DeviceSpec.builder("choosy").alternatives(inCma, large).build());
    Device extra =
        broker.register(
            DeviceSpec.builder("extra").alternatives(inCma, large).dispensable().build());
    Plan plan = broker.plan(FRAME, List.of(camera, extra, choosy));
    assertEquals(
        List.of("system [2, 2]", "cma [1, 1]"),
        plan.placements().stream()
            .map(
                each ->
                    each.heap()
                        + " "
                        + each.alternatives().stream().map(Plan.Alternative::number).toList())
            .toList());
    Plan.Alternative first = plan.placements().get(0).alternatives().get(0);
    assertEquals("extra", first.device());
    assertEquals(2, first.count());
    assertEquals(large, first.constraints());
    assertTrue(
        plan.toString()
            .contains(
                "        with extra's alternative 2 of 2 (minSizeBytes=1048576), choosy's"
                    + " alternative 2 of 2 (minSizeBytes=1048576); of equally good combinations the"
                    + " first counts\n"),
        plan::toString);
    assertEquals(List.of(), broker.plan(FRAME, List.of(camera)).placements().get(0).alternatives());
  }

  @Test
  void ofEquallyGoodCombinationsEarlierDevicesGetTheirEarlierAlternatives() {
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      devices.add(
          broker.register(
              DeviceSpec.builder("camera" + i)
                  .alternatives(
                      Constraints.builder().camping(2).maxCount(5).build(),
                      Constraints.builder().camping(1).maxCount(5).build())
                  .build()));
    }
    assertEquals(
        List.of(1, 1, 2),
        broker.plan(FRAME, devices).placements().get(0).alternatives().stream()
            .map(Plan.Alternative::number)
            .toList());
  }

  @Test
  void saysTheConflictAsData() {
    Device system =
        broker.register("legacy", Constraints.builder().permittedHeaps("system").build());
    Plan plan = broker.plan(FRAME, List.of(display, system));
    assertEquals(
        "display's contiguous and legacy's permittedHeaps=[system] cannot be met together; it would"
            + " fit if legacy's permittedHeaps=[system] were to permit cma too (in cma)",
        plan.conflict().orElseThrow().toString());
    assertEquals(
        List.of("contiguous", "permittedHeaps"),
        plan.conflict().orElseThrow().clauses().stream().map(Conflict.Clause::field).toList());
    assertEquals(Optional.empty(), broker.plan(FRAME, List.of(display)).conflict());
  }

  @Test
  void allBuffersTogetherHaveToFitIntoTheHeap() {
    broker.close();
    ScriptedHeap small =
        new ScriptedHeap(
            "small", ScriptedHeap.ordinary().capacityBytes(Trait.declared(1L << 30)).build());
    broker = builder().heap(small).build();
    Device pool = broker.register("pool", Constraints.builder().minCount(5).build());
    Plan plan = broker.plan(BlobSpec.of(256L << 20), List.of(pool));
    assertEquals(
        List.of("system", "cma"), plan.placements().stream().map(Plan.Candidate::heap).toList());
    assertEquals(
        List.of(
            new RankedPlan.PassedOver(
                "small",
                "",
                "sizeBytes",
                "5 buffers of 268435456 bytes take 1342177280 bytes, the heap has 1073741824")),
        plan.passedOver());
    assertEquals(3, broker.plan(BlobSpec.of(1L << 27), List.of(pool)).placements().size());
  }

  @Test
  void allBuffersTogetherHaveToFitIntoTheBudgetOfADevice() {
    broker.close();
    broker = builder().budget("camera", 1L << 30).budget("video", 1L << 20).build();
    Device pool =
        broker.register(
            DeviceSpec.builder("camera")
                .constraints(Constraints.builder().minCount(5).build())
                .build());
    Device codec = broker.register(DeviceSpec.builder("codec").group("video").build());
    Device viewer = broker.register("viewer", Constraints.none());
    BlobSpec quarter = BlobSpec.of(256L << 20);
    Plan none = broker.plan(quarter, List.of(pool, codec));
    assertEquals(List.of(), none.placements());
    assertEquals(
        new RankedPlan.PassedOver(
            "system",
            "",
            "budget",
            "5 x 268435456 bytes are 1342177280, over the budget of whichever device they are"
                + " exported for: camera, 1073741824 bytes, video, 1048576 bytes"),
        none.passedOver().get(0));
    Plan some = broker.plan(quarter, List.of(pool, codec, viewer));
    assertEquals(2, some.placements().size(), "the viewer may pay");
    assertEquals(
        List.of(
            "in system 5 x 268435456 bytes are 1342177280, over the budget of camera, 1073741824"
                + " bytes",
            "in system 5 x 268435456 bytes are 1342177280, over the budget of video, 1048576"
                + " bytes"),
        some.notes());
    assertEquals(2, broker.plan(BlobSpec.of(1L << 27), List.of(pool)).placements().size());
    assertEquals(2, broker.plan(quarter, List.of()).placements().size(), "for nobody");
  }

  @Test
  void aClosedDeviceOrBrokerIsRefused() {
    Device gone = broker.register("gone", Constraints.none());
    gone.close();
    assertEquals(
        "cannot plan 1000x10 NV12 for it: device gone is closed",
        assertThrows(ClosedException.class, () -> broker.plan(FRAME, List.of(camera, gone)))
            .getMessage());
    broker.close();
    assertSays(
        assertThrows(ClosedException.class, () -> broker.plan(FRAME, List.of(camera))),
        "cannot plan 1000x10 NV12",
        "the broker is closed");
  }

  @Test
  void aPictureThatThirtyTwoBitsCannotSayIsRefusedForDevicesThatImportIt() {
    // 65536 x 32768 pixels of two bytes are 4 GiB, and one line less is sayable.
    ImageSpec over = ImageSpec.of(1 << 16, 1 << 15, PixelFormat.RGB565);
    ImageSpec just = ImageSpec.of(1 << 16, (1 << 15) - 1, PixelFormat.RGB565);
    Device importer = broker.register("importer", Constraints.none());
    assertEquals(2, broker.plan(just, List.of(importer)).placements().size());
    assertEquals(
        2, broker.plan(BlobSpec.of(1L << 33), List.of(importer)).placements().size(), "bytes");
    Plan plan = broker.plan(over, List.of(importer));
    assertEquals(List.of(), plan.placements());
    assertEquals(
        new RankedPlan.PassedOver(
            "system",
            "importer",
            "deviceAccess",
            "the picture is 4294967296 bytes, and a device that imports it is told at most"
                + " 4294967295: sizes, strides and offsets have 32 bits in V4L2 and DRM"),
        plan.passedOver().get(0));
    ImageSpec either = ImageSpec.of(1 << 16, 1 << 15, PixelFormat.RGB565, PixelFormat.GREY);
    assertEquals(
        PixelFormat.GREY,
        broker
            .plan(either, List.of(importer))
            .placements()
            .get(0)
            .layout()
            .image()
            .orElseThrow()
            .format());
  }

  @Test
  void aFormatThatOverflowsDoesNotLoseTheOthers() {
    ImageSpec huge =
        ImageSpec.of(Integer.MAX_VALUE, Integer.MAX_VALUE, PixelFormat.XRGB8888, PixelFormat.GREY);
    Device cpu = broker.register("cpu", Constraints.builder().cpuOnly().build());
    Plan plan = broker.plan(huge, List.of(cpu));
    assertEquals(
        PixelFormat.GREY, plan.placements().get(0).layout().image().orElseThrow().format());
  }

  @Test
  void stridesWithoutACommonMultipleAreAReasonAndNoError() {
    Device odd = broker.register("odd", Constraints.builder().strideAlignment(1L << 62).build());
    Device three = broker.register("three", Constraints.builder().strideAlignment(3).build());
    Plan plan = broker.plan(FRAME, List.of(odd, three));
    assertEquals(List.of(), plan.placements());
    assertEquals(2, plan.passedOver().size());
    assertEquals(
        new RankedPlan.PassedOver(
            "system",
            "odd",
            "strideAlignmentBytes",
            "the picture is 1000x10 NV12, the device asks strideAlignmentBytes"
                + " 4611686018427387904"),
        plan.passedOver().get(0));
  }

  @Test
  void copiesWhatItIsGiven() {
    List<String> devices = new ArrayList<>(List.of("camera"));
    BufferSpec spec = BlobSpec.of(1);
    Plan plan =
        new RankedPlan(
            spec,
            devices,
            List.of(),
            List::of,
            () -> new RankedPlan.Reasons(List.of(), Optional.empty()));
    devices.clear();
    assertEquals(List.of("camera"), plan.devices());
    assertThrows(UnsupportedOperationException.class, () -> plan.placements().clear());
  }

  @Test
  void aHeapThatTheHeuristicLeavesOutIsNamedWithIt() {
    broker.close();
    broker = builder().heuristic(new Last()).build();
    Device any = broker.register("any", Constraints.none());
    Device strict = broker.register("strict", CONTIGUOUS);
    Plan plan = broker.plan(BlobSpec.of(1), List.of(any));
    assertEquals(List.of("cma"), plan.placements().stream().map(Plan.Candidate::heap).toList());
    assertEquals(
        List.of(
            new RankedPlan.PassedOver(
                "system", "", "heuristic", "last left it out, though it suits")),
        plan.passedOver());
    assertEquals(
        List.of("contiguous"),
        broker.plan(BlobSpec.of(1), List.of(strict)).passedOver().stream()
            .map(Plan.PassedOver::field)
            .toList(),
        "what does not suit is not the heuristic's doing");
  }

  /** Ranks the last heap alone. */
  private static final class Last implements PlacementHeuristic {
    @Override
    public String name() {
      return "last";
    }

    @Override
    public List<Ranked> rank(Request request) {
      String heap = request.heaps().get(request.heaps().size() - 1).name();
      return List.of(new Ranked(heap, 0, "last"));
    }
  }

  @Test
  void anErrorGivesAReasonThatHoldsForEveryHeapOnce() {
    SharedBuffer buffer = broker.export(ImageSpec.of(8, 8, PixelFormat.NV12, PixelFormat.XRGB8888));
    buffer.attach(register("nv12", PixelFormat.NV12));
    Device rgb = register("rgb", PixelFormat.XRGB8888);
    var failure = assertThrows(UnsatisfiableException.class, () -> buffer.attach(rgb));
    String cause = failure.conflict().cause();
    assertSays(failure, "no heap suits [nv12, rgb]: " + cause);
    assertEquals(2, String.valueOf(failure.getMessage()).split(Pattern.quote(cause), -1).length);
    assertEquals(2, failure.plan().passedOver().size());
  }

  private Device register(String name, PixelFormat format) {
    return broker.register(
        name, Constraints.builder().image(ImageConstraints.builder().formats(format)).build());
  }

  @Test
  void moreHeapsThanAWordHasBits() {
    List<Heap> heaps = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      heaps.add(StubHeap.named("heap" + i));
    }
    heaps.set(67, new StubHeap("contiguous", cma.traits()));
    BrokerBuilder many = Broker.builder().heuristic(new InOrder());
    heaps.forEach(many::heap);
    try (Broker over = many.build()) {
      Device any = over.register("any", Constraints.none());
      Device strict = over.register("strict", CONTIGUOUS);
      assertEquals(
          heaps.stream().map(Heap::name).toList(),
          over.plan(BlobSpec.of(1), List.of(any)).placements().stream()
              .map(Plan.Candidate::heap)
              .toList());
      Plan plan = over.plan(BlobSpec.of(1), List.of(any, strict));
      assertEquals(
          List.of("contiguous"), plan.placements().stream().map(Plan.Candidate::heap).toList());
      assertEquals(69, plan.passedOver().size());
    }
  }
}
