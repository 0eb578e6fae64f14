package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.PinnedException;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Buffers in memory that no heap gave: where they may go, and what of them stays. */
class AdoptTest extends Fixture {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Constraints ELSEWHERE_ONLY =
      Constraints.builder().permittedHeaps("elsewhere").build();

  private final ScriptedMemory users =
      new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ true, SIZE, "users");
  private final ScriptedMemory imported =
      new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, "inode 7");

  private SharedBuffer adopt(ScriptedMemory memory) {
    return broker.adopt("frame", BlobSpec.of(SIZE), memory);
  }

  private Device display() {
    return broker.register("display", CONTIGUOUS);
  }

  private Device camera() {
    return broker.register("camera", Constraints.none());
  }

  @AfterEach
  void memoryIsLetGoOfOnce() {
    try {
      broker.close();
    } catch (OutstandingMappingsException e) {
      // A move that the test left under way ends as soon as it gets to run.
    }
    // Who moved it away gives it back after that, in its own time.
    Await.until("it is let go of", () -> users.heap.live() + imported.heap.live() == 0);
  }

  @Test
  void isResidentWithItsContents() throws Exception {
    SharedBuffer frame = adopt(users);
    assertEquals(SharedBuffer.State.RESIDENT, frame.state());
    assertEquals(Optional.of("elsewhere"), frame.heapName());
    Attachment in = frame.attach(camera());
    assertEquals(42, read(in));
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals(1, mapping.generation());
      assertEquals("elsewhere", mapping.heapName());
    }
    assertEquals("elsewhere", Events.next(events.allocated).heap());
    assertEquals(0, system.allocations() + cma.allocations());
    assertEquals(2, broker.snapshot().heaps().size(), "it is no heap");
    in.close();
    frame.close();
    assertEquals(0, users.heap.live());
    assertEquals("elsewhere", Events.next(events.released).heap());
  }

  @Test
  void movesWithItsContentsToWhereItSuitsAndIsLetGoOf() throws Exception {
    SharedBuffer frame = adopt(users);
    Attachment in = frame.attach(camera());
    Attachment out = frame.attach(display());
    assertEquals(42, read(out));
    assertEquals(Optional.of("cma"), frame.heapName());
    assertEquals("elsewhere", Events.next(events.moved).from());
    Await.until("it is let go of", () -> users.heap.live() == 0);
    write(in, 7);
    assertEquals(7, read(out));
  }

  @Test
  void aFailedMoveLeavesItWhereItIs() throws Exception {
    cma.capacity(0);
    SharedBuffer frame = adopt(users);
    Attachment in = frame.attach(camera());
    frame.attach(display());
    Events.next(events.rolledBack);
    assertEquals(42, read(in));
    assertEquals(1, users.heap.live());
  }

  @Test
  void evacuatedItIsAllocatedAnew() {
    SharedBuffer frame = adopt(users);
    Attachment in = frame.attach(camera());
    frame.unprepare();
    assertEquals(0, users.heap.live());
    write(in, 3);
    assertEquals(Optional.of("system"), frame.heapName());
  }

  @Test
  void whomNoHeapSuitsIsServedWhereItLies() {
    SharedBuffer frame = adopt(users);
    Attachment in = frame.attach(broker.register("picky", ELSEWHERE_ONLY));
    assertEquals(42, read(in));
    assertThrows(UnsatisfiableException.class, () -> frame.attach(display()));
    assertEquals(42, read(in));
  }

  @Test
  void whatStaysRefusesWhomItDoesNotSuit() {
    SharedBuffer frame = adopt(imported);
    Attachment in = frame.attach(camera());
    PinnedException refusal = assertThrows(PinnedException.class, () -> frame.attach(display()));
    assertSays(refusal, "attach display", "frame", "elsewhere", "contiguous", "shadow");
    assertEquals(List.of(), refusal.devices());
    assertThrows(PinnedException.class, frame::unprepare);
    assertThrows(PinnedException.class, () -> frame.evacuate(SOON));
    frame.prepare();
    in.pin().close();
    assertEquals(42, read(in));
    assertEquals(Optional.of("elsewhere"), frame.heapName());
  }

  @Test
  void whatIsNotKnownCountsAsNo() {
    ScriptedMemory unknown =
        new ScriptedMemory(HeapTraits.builder().build(), /* movable= */ false, SIZE, null);
    SharedBuffer frame = adopt(unknown);
    for (Constraints asked :
        List.of(
            CONTIGUOUS,
            Constraints.builder().cpuReach().build(),
            Constraints.builder().deviceAccess().build(),
            Constraints.builder().alignment(64).build(),
            Constraints.builder().addressBits(32).build())) {
      Device device = broker.register("asks " + asked, asked);
      assertThrows(PinnedException.class, () -> frame.attach(device));
    }
  }

  @Test
  void dispensableDevicesAreLeftOutOfWhatStays() {
    SharedBuffer frame = adopt(imported);
    Attachment out =
        frame.attach(
            broker.register(DeviceSpec.named("display").constraints(CONTIGUOUS).dispensable()));
    assertTrue(out.isLeftOut());
    Attachment in = frame.attach(camera());
    assertFalse(in.isLeftOut());
    in.close();
    assertTrue(out.isLeftOut());
    assertEquals(SharedBuffer.State.RESIDENT, frame.state());
  }

  @Test
  void theSameMemoryTwiceIsRefusedByTheBuffersName() {
    adopt(imported);
    ScriptedMemory again =
        new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ true, SIZE, "inode 7");
    DuplicateMemoryException refusal =
        assertThrows(
            DuplicateMemoryException.class, () -> broker.adopt("again", BlobSpec.of(SIZE), again));
    assertEquals("frame", refusal.buffer());
    assertSays(refusal, "again", "frame", "inode 7");
    assertEquals(0, again.heap.live());
  }

  @Test
  void memoryThatWasLetGoOfMayComeBack() {
    adopt(imported).close();
    adopt(imported).close();
    assertEquals(2, imported.heap.allocations());
  }

  @Test
  void memoryThatTheBrokerHandedOutIsRefusedAsLongAsABufferLiesThere() {
    export().prepare();
    SharedBuffer given = broker.export("given", BlobSpec.of(SIZE));
    Object identity;
    try (Mapping mapping = given.attach(camera()).map(Access.READ)) {
      identity = "inode " + mapping.fd();
    }
    export().prepare();
    ScriptedMemory back =
        new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ true, SIZE, identity);
    DuplicateMemoryException refusal =
        assertThrows(DuplicateMemoryException.class, () -> adopt(back));
    assertEquals("given", refusal.buffer());
    assertEquals(0, back.heap.live());
    given.unprepare();
    assertEquals(SharedBuffer.State.RESIDENT, adopt(back).state());
  }

  @Test
  void itsTypeMayBePermittedOrForbidden() {
    SharedBuffer frame = adopt(imported);
    Device importer =
        broker.register(
            "importer", Constraints.builder().permittedHeapTypes("foreign", "other").build());
    assertEquals(42, read(frame.attach(importer)));
    Device owner =
        broker.register("owner", Constraints.builder().forbiddenHeapTypes("foreign").build());
    assertThrows(PinnedException.class, () -> frame.attach(owner));
  }

  @Test
  void memoryThatIsTooSmallIsRefused() {
    AllocationException refusal =
        assertThrows(
            AllocationException.class,
            () -> broker.adopt("frame", BlobSpec.of(SIZE + 1), imported));
    assertSays(refusal, "frame", "elsewhere", String.valueOf(SIZE));
    assertEquals(0, imported.heap.live());
  }

  @Test
  void memoryThatDoesNotOpenIsRefused() {
    imported.heap.onAllocate(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EBADF");
        });
    assertSays(assertThrows(AllocationException.class, () -> adopt(imported)), "EBADF");
  }

  @Test
  void aHeapsNameIsRefused() {
    ScriptedMemory named =
        new ScriptedMemory("cma", ScriptedHeap.ordinary().build(), true, SIZE, null);
    assertThrows(DuplicateNameException.class, () -> adopt(named));
    assertEquals(0, named.heap.allocations());
  }

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

  @Test
  void memoryWithoutADescriptorSaysSo() {
    SharedBuffer frame = adopt(users.withoutDescriptor());
    try (Mapping mapping = frame.attach(camera()).map(Access.READ)) {
      assertSays(assertThrows(DescriptorException.class, mapping::fd), "frame", "deviceAccess()");
      assertEquals(42, read(mapping));
    }
  }

  @Test
  void aBlankNameIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> broker.adopt(" ", BlobSpec.of(SIZE), imported));
    assertEquals(0, imported.heap.allocations());
  }

  @Test
  void aBrokerThatClosesMeanwhileLetsGoOfTheMemory() {
    imported.heap.onAllocate(broker::close);
    assertSays(assertThrows(ClosedException.class, () -> adopt(imported)), "frame");
    assertEquals(1, imported.heap.allocations());
    assertEquals(0, imported.heap.live());
  }

  @Test
  void aClosedBrokerAdoptsNothing() {
    broker.close();
    assertThrows(ClosedException.class, () -> adopt(imported));
    assertEquals(0, imported.heap.allocations());
  }

  // ---- Devices that are asked ----

  private static final class Probe implements DeviceProbe {
    private final Verdict verdict;
    private long sampleBytes = SIZE;
    private boolean broken;
    private int asked;
    private int open;

    Probe(Verdict verdict) {
      this.verdict = verdict;
    }

    @Override
    public String name() {
      return "probe";
    }

    @Override
    public Sample sample(Constraints declared) {
      open++;
      return new Sample(sampleBytes, BlobSpec.of(sampleBytes).layout());
    }

    @Override
    public Answer tryImport(Backing backing, Sample sample) {
      asked++;
      if (broken) {
        throw new IllegalStateException("the driver is gone");
      }
      return new Answer(backing.sizeBytes() == SIZE ? verdict : Verdict.UNKNOWN, "as told");
    }

    @Override
    public void close() {
      open--;
    }
  }

  private DeviceSpec asking(Probe probe) {
    return DeviceSpec.named("display").constraints(CONTIGUOUS).probe(probe);
  }

  @Test
  void whatADeviceTakesSuitsItWhateverIsKnown() {
    Probe probe = new Probe(DeviceProbe.Verdict.ACCEPTED);
    Device device = broker.register(asking(probe));
    probe.asked = 0;
    SharedBuffer frame = adopt(imported);
    Attachment out = frame.attach(device);
    assertEquals(42, read(out));
    assertEquals(1, probe.asked);
    assertEquals(0, probe.open);
  }

  @Test
  void whatIsLessThanADevicesSampleOrBreaksItsProbeDoesNot() {
    for (boolean broken : new boolean[] {false, true}) {
      Probe probe = new Probe(DeviceProbe.Verdict.ACCEPTED);
      try (Device device = broker.register(asking(probe))) {
        probe.sampleBytes = broken ? SIZE : SIZE + 1;
        probe.broken = broken;
        probe.asked = 0;
        SharedBuffer frame = adopt(imported);
        assertThrows(PinnedException.class, () -> frame.attach(device));
        assertEquals(broken ? 1 : 0, probe.asked);
        assertEquals(0, probe.open);
        frame.close();
      }
    }
  }

  @Test
  void whatADeviceRefusesOrDoesNotAnswerForDoesNot() {
    for (DeviceProbe.Verdict verdict :
        List.of(DeviceProbe.Verdict.REFUSED, DeviceProbe.Verdict.UNKNOWN)) {
      Probe probe = new Probe(verdict);
      // It takes what the heaps give, so that there is something to attach it to.
      try (Device device =
          broker.register(DeviceSpec.named("display").constraints(CONTIGUOUS).probe(probe))) {
        SharedBuffer frame = adopt(imported);
        assertThrows(PinnedException.class, () -> frame.attach(device));
        assertEquals(0, probe.open);
        frame.close();
      }
    }
  }

  // ---- Shadows ----

  @Test
  void aShadowIsInStepWhereItIsTold() {
    SharedBuffer frame = adopt(imported);
    Attachment in = frame.attach(camera());
    try (Shadow shadow = broker.shadow(frame)) {
      Attachment out = shadow.buffer().attach(display());
      assertEquals(SIZE, shadow.refresh(SOON));
      assertEquals(42, read(out));
      assertEquals(Optional.of("cma"), shadow.buffer().heapName());
      write(in, 1);
      assertEquals(42, read(out));
      shadow.refresh(SOON);
      assertEquals(1, read(out));
      write(out, 2);
      assertEquals(1, read(in));
      shadow.writeBack(SOON);
      assertEquals(2, read(in));
      assertEquals(frame, shadow.original());
      out.close();
    }
    assertEquals(0, system.live() + cma.live());
    assertEquals(Optional.of("elsewhere"), frame.heapName());
  }

  @Test
  void aShadowKeepsItsOriginalAndEndsWithIt() {
    SharedBuffer frame = adopt(imported);
    Shadow shadow = broker.shadow(frame);
    frame.close();
    assertEquals(1, imported.heap.live());
    shadow.refresh(SOON);
    shadow.close();
    shadow.close();
    assertEquals(0, imported.heap.live());
    assertThrows(ClosedException.class, () -> shadow.refresh(SOON));
    assertThrows(ClosedException.class, () -> shadow.writeBack(SOON));
  }

  @Test
  void aShadowLeavesAloneWhatLiesBetweenTheLines() throws Exception {
    ImageSpec spec = ImageSpec.of(64, 64, PixelFormat.XRGB8888);
    Layout wide =
        new Layout(
            64 * 512,
            List.of(new Layout.Plane(0, 512, 256, 64)),
            Optional.of(new Layout.Image(PixelFormat.XRGB8888, Modifier.LINEAR, 64, 64)));
    SharedBuffer frame = broker.adopt("frame", spec, wide, imported);
    try (Shadow shadow = broker.shadow(frame)) {
      assertEquals(64 * 256, shadow.refresh(SOON));
      try (Mapping mapping = shadow.buffer().attach(camera()).map(Access.WRITE);
          CpuView view = mapping.cpuView()) {
        view.bytes().putLong(256, -1);
      }
      shadow.writeBack(SOON);
    }
    try (Mapping mapping =
            frame.attach(broker.register("viewer", Constraints.none())).map(Access.READ);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes();
      assertEquals(-1, bytes.getLong(512));
      assertEquals(42 + 256, bytes.getLong(256));
    }
  }

  @Test
  void whatTheCpuDoesNotReachHasNoShadow() {
    SharedBuffer frame =
        adopt(
            new ScriptedMemory(
                ScriptedHeap.ordinary().cpuReach(Trait.unknown("not told")).build(),
                /* movable= */ false,
                SIZE,
                null));
    assertThrows(PinnedException.class, () -> broker.shadow(frame));
    assertEquals(1, broker.snapshot().buffers().size());
  }

  @Test
  void whereNoHeapServesTheCpuNothingIsLeftOfAShadow() {
    broker.close();
    ScriptedHeap remote =
        new ScriptedHeap("remote", ScriptedHeap.ordinary().cpuReach(Trait.declared(false)).build());
    broker = Broker.builder().heap(remote).heuristic(new InOrder()).build();
    SharedBuffer frame = adopt(imported);
    assertThrows(UnsatisfiableException.class, () -> broker.shadow(frame));
    assertEquals(1, broker.snapshot().buffers().size());
    assertEquals(List.of(), broker.snapshot().buffers().get(0).attached());
  }

  @Test
  void aCopyThatFailsHoldsNothing() {
    SharedBuffer frame = adopt(imported);
    try (Shadow shadow = broker.shadow(frame)) {
      shadow.refresh(SOON);
      imported.heap.onBegin(
          () -> {
            throw new HeapException(HeapException.Kind.FAILED, "EIO");
          });
      for (Executable copy :
          List.<Executable>of(() -> shadow.refresh(SOON), () -> shadow.writeBack(SOON))) {
        assertSays(assertThrows(CpuAccessException.class, copy), "cannot copy from", "EIO");
        assertTrue(broker.snapshot().buffers().stream().allMatch(each -> each.holders().isEmpty()));
      }
      imported.heap.onBegin(() -> {});
      shadow.writeBack(SOON);
    }
  }

  @Test
  void whatAnotherBrokerAdoptedIsItsToShadow() {
    try (Broker other =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
      SharedBuffer frame = other.adopt("frame", BlobSpec.of(SIZE), imported);
      assertThrows(IllegalArgumentException.class, () -> broker.shadow(frame));
      other.shadow(frame).close();
      frame.close();
    }
  }

  @Test
  void whatMovesNeedsNoShadow() {
    SharedBuffer frame = adopt(users);
    assertSays(assertThrows(IllegalArgumentException.class, () -> broker.shadow(frame)), "frame");
    SharedBuffer exported = export();
    assertThrows(IllegalArgumentException.class, () -> broker.shadow(exported));
  }
}
