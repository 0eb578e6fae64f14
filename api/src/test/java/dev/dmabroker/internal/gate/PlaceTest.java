package dev.dmabroker.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.buffer.Handles;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is in a place that a buffer has. */
class PlaceTest extends Fixture {
  private static final Thread ME = Thread.currentThread();
  private static final Thread OTHER = new Thread(() -> {}, "other");

  private final SharedBuffer buffer = export();
  private final AttachedDevice camera = attach("camera", Duration.ofMillis(30));
  private final AttachedDevice display = attach("display", Duration.ofMillis(20));
  private Place place;

  @BeforeEach
  void open() throws Exception {
    HeapAccount heap = new HeapAccount(cma);
    place =
        Placements.at(
            heap,
            heap.allocate(new Heap.Request("test", 2 * SIZE)),
            BlobSpec.of(SIZE),
            /* generation= */ 7);
  }

  private AttachedDevice attach(String name, Duration longestHold) {
    Device device = broker.register(DeviceSpec.builder(name).longestHold(longestHold).build());
    return Handles.of(buffer.attach(device));
  }

  private BufferMapping admit(AttachedDevice attachment, Access access, Thread who, long nanos) {
    return new Gate()
        .admit(place.occupancy(attachment), access, who, /* own= */ true, nanos, /* where= */ null);
  }

  @Test
  void eachAttachmentHasSlotsOfItsOwn() {
    Occupancy first = place.occupancy(camera);
    assertSame(first, place.occupancy(camera));
    assertNotSame(first, place.occupancy(display));
    assertSame(camera, first.attachment());
    assertSame(place, first.place());
    assertEquals(7, place.generation());
    assertEquals(2 * SIZE, place.sizeBytes());
    assertFalse(place.isAdopted());
  }

  @Test
  void itIsIdleOnceNobodyIsInAndTheBrokerItselfHasDone() {
    assertTrue(place.isIdle());
    BufferMapping reading = admit(camera, Access.READ, ME, 1);
    BufferMapping writing = admit(display, Access.WRITE, ME, 1);
    assertFalse(place.isIdle());
    assertTrue(place.hasWriters());
    writing.leave();
    assertFalse(place.isIdle());
    assertFalse(place.hasWriters());
    place.beginUse(new AfterLock());
    place.beginUse(new AfterLock());
    reading.leave();
    place.endUse(new AfterLock());
    assertFalse(place.isIdle());
    place.endUse(new AfterLock());
    assertTrue(place.isIdle());
  }

  @Test
  void itKnowsWhichThreadsAreIn() {
    assertFalse(place.isHeldBy(ME, false));
    assertEquals(List.of(), place.threads(false));
    BufferMapping reading = admit(camera, Access.READ, ME, 1);
    BufferMapping writing = admit(display, Access.READ_WRITE, OTHER, 1);
    assertEquals(List.of(ME, OTHER), place.threads(/* writing= */ false));
    assertEquals(List.of(OTHER), place.threads(/* writing= */ true));
    assertTrue(place.isHeldBy(ME, false));
    assertFalse(place.isHeldBy(ME, true));
    assertTrue(place.isHeldBy(OTHER, true));
    reading.leave();
    writing.leave();
    assertEquals(List.of(), place.threads(false));
    assertFalse(place.isHeldBy(ME, false));
  }

  @Test
  void whoMappedForNobodyYetBlocksNoThread() {
    BufferMapping mapping =
        new Gate().admit(place.occupancy(camera), Access.WRITE, ME, /* own= */ false, 1, null);
    assertEquals(List.of(), place.threads(false));
    mapping.hand();
    assertEquals(List.of(ME), place.threads(true));
    mapping.leave();
    mapping.hand();
    assertEquals(List.of(), place.threads(true));
  }

  @Test
  void itNamesHoldersWithWhatTheyHaveAndSinceWhen() {
    admit(camera, Access.READ, ME, 100);
    admit(display, Access.WRITE, OTHER, 300);
    List<Holder> holders = new ArrayList<>();
    place.addHolders("frame", 200, holders);
    assertEquals(List.of("camera", "display"), holders.stream().map(Holder::device).toList());
    assertEquals(List.of("frame", "frame"), holders.stream().map(Holder::buffer).toList());
    assertEquals(
        List.of(Duration.ofNanos(100), Duration.ZERO),
        holders.stream().map(Holder::held).toList(),
        "never a time to come");
    assertEquals("other", holders.get(1).thread());
  }

  @Test
  void theLongestHoldIsThatOfThoseWhoWrite() {
    assertEquals(Duration.ZERO, place.longestHoldOfWriters());
    admit(camera, Access.READ, ME, 1);
    assertEquals(Duration.ZERO, place.longestHoldOfWriters());
    BufferMapping writing = admit(display, Access.WRITE, ME, 1);
    assertEquals(Duration.ofMillis(20), place.longestHoldOfWriters());
    admit(camera, Access.OVERWRITE, ME, 1);
    assertEquals(Duration.ofMillis(30), place.longestHoldOfWriters());
    writing.leave();
    assertEquals(Duration.ofMillis(30), place.longestHoldOfWriters());
  }

  @Test
  void itWasUsedLastWhenTheLastMappingBeganOrWhenItWasMade() {
    long made = place.sinceNanos();
    assertEquals(made, place.lastUseNanos());
    admit(camera, Access.READ, ME, made - 5);
    assertEquals(made, place.lastUseNanos());
    admit(camera, Access.READ, ME, made + 20).leave();
    admit(display, Access.READ, ME, made + 15).leave();
    assertEquals(made + 20, place.lastUseNanos());
    admit(display, Access.READ, ME, made + 21).leave();
    assertEquals(made + 21, place.lastUseNanos());
  }

  @Test
  void mappingsOfThoseWhoAreGoneStillCount() {
    admit(camera, Access.READ, ME, 1).leave();
    admit(camera, Access.READ, ME, 1).leave();
    BufferMapping held = admit(display, Access.READ, ME, 1);
    assertEquals(3, place.takings());
    Occupancy before = place.occupancy(camera);
    camera.close();
    display.close();
    place.prune(new AfterLock());
    assertEquals(3, place.takings());
    assertNotSame(before, place.occupancy(camera), "forgotten");
    assertFalse(place.isIdle(), "but not who is still in");
    held.leave();
    place.prune(new AfterLock());
    place.prune(new AfterLock());
    assertTrue(place.isIdle());
    assertEquals(3, place.takings());
  }

  @Test
  void contentsAreNotedOnce() {
    assertFalse(place.isWritten());
    place.markWritten();
    place.markWritten();
    assertTrue(place.isWritten());
  }

  @Test
  void itSaysWhatADeviceLacks() {
    RegisteredDevice strict = device("strict", Constraints.builder().addressBits(31).build());
    RegisteredDevice large = device("large", Constraints.builder().minSize(SIZE + 1).build());
    assertTrue(place.unmet(strict).startsWith("addressBits ("), place.unmet(strict));
    assertTrue(
        place.unmet(large).startsWith("the buffer's size or layout, " + SIZE + " bytes as "),
        place.unmet(large));
  }

  private RegisteredDevice device(String name, Constraints constraints) {
    return (RegisteredDevice) broker.register(name, constraints);
  }
}
