package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.Mapping;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Buffers in memory that no heap gave: where they may go, and what of them stays. */
class AdoptTest extends AdoptFixture {
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
    assertTrue(frame.tryEvacuate());
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
    assertThrows(PinnedException.class, frame::tryEvacuate);
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
            Constraints.none(),
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
            broker.register(
                DeviceSpec.builder("display").constraints(CONTIGUOUS).dispensable().build()));
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
    assertTrue(given.tryEvacuate());
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
  void memoryWithoutADescriptorSaysSo() {
    SharedBuffer frame = adopt(users.withoutDescriptor());
    try (Mapping mapping = frame.attach(camera()).map(Access.READ)) {
      assertSays(assertThrows(DescriptorException.class, mapping::fd), "frame", "cpuOnly()");
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
}
