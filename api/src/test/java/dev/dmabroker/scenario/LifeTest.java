package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.RELEASED;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static dev.dmabroker.SharedBuffer.State.UNBACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Export, attach, map, unmap, prepare, give back, release. */
class LifeTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display = broker.register("display", CONTIGUOUS);

  @Test
  void exportingAndAttachingAllocateNothing() {
    SharedBuffer buffer = export();
    try (Attachment unused = buffer.attach(camera)) {
      assertEquals(UNBACKED, buffer.state());
      assertEquals(Optional.empty(), buffer.heapName());
      assertEquals(0, system.allocations() + cma.allocations());
    }
  }

  @Test
  void theFirstMapAllocatesAndTheSecondFindsTheSameMemory() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    int fd;
    try (Mapping mapping = in.map(Access.WRITE)) {
      fd = mapping.fd();
      assertEquals("system", mapping.heapName());
      assertEquals(1, mapping.generation());
      assertEquals(SIZE, mapping.sizeBytes());
      assertEquals(SIZE, mapping.layout().sizeBytes());
    }
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals(fd, mapping.fd());
    }
    assertEquals(RESIDENT, buffer.state());
    assertEquals(1, system.allocations());
  }

  @Test
  void devicesThatAttachBeforeTheFirstMapAreAllSuitedWithoutAMove() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Attachment out = buffer.attach(display);
    write(in, 7);
    assertEquals(7, read(out));
    assertEquals(Optional.of("cma"), buffer.heapName());
    assertEquals(0, system.allocations());
    assertTrue(events.moved.isEmpty());
  }

  @Test
  void aFullHeapIsPassedOver() throws Exception {
    system.capacity(0);
    SharedBuffer buffer = export();
    write(buffer.attach(camera), 1);
    assertEquals(Optional.of("cma"), buffer.heapName());
    var refusal = Events.next(events.refused);
    assertEquals("system", refusal.heap());
    assertEquals(HeapException.Kind.FULL, refusal.kind());
  }

  @Test
  void whenEveryHeapRefusesTheBufferStaysUnbackedAndTheErrorNamesEach() {
    system.capacity(0);
    cma.onAllocate(
        () -> {
          throw new HeapException(HeapException.Kind.NO_PERMISSION, "EACCES on /dev/cma");
        });
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    var failure = assertThrows(AllocationException.class, () -> in.map(Access.READ));
    assertEquals(2, failure.attempts().size());
    assertSays(failure, "system: ENOMEM");
    assertSays(failure, "cma: EACCES on /dev/cma");
    assertEquals(UNBACKED, buffer.state());

    system.capacity(Long.MAX_VALUE);
    write(in, 3);
    assertEquals(3, read(in));
  }

  @Test
  void whatAHeapMustNotDoIsARefusal() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    system.shortBy(8);
    cma.onAllocate(
        () -> {
          throw new IllegalStateException("bug");
        });
    var failure = assertThrows(AllocationException.class, () -> in.map(Access.READ));
    assertSays(failure, "gave 65528 bytes instead of 65536");
    assertSays(failure, "threw java.lang.IllegalStateException: bug");
    assertEquals(0, system.live(), "what was too short was given back");
    cma.onAllocate(
        () -> {
          throw new OutOfMemoryError("no direct memory");
        });
    assertThrows(AllocationException.class, () -> in.map(Access.READ));
    assertEquals(UNBACKED, buffer.state());
    assertTrue(broker.snapshot().heaps().stream().allMatch(heap -> heap.usedBytes() == 0));
  }

  @Test
  void threadsThatMapAtOnceShareOneAllocation() throws Exception {
    CountDownLatch allow = new CountDownLatch(1);
    system.onAllocate(() -> Await.latch(allow));
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Attachment out = buffer.attach(camera);
    var first = start(() -> in.map(Access.WRITE));
    Await.until("allocating", () -> buffer.state() == SharedBuffer.State.ALLOCATING);
    var second = start(() -> out.map(Access.READ)).parked();
    var third = out.mapAsync(Access.READ);
    assertTrue(out.tryMap(Access.READ).isEmpty());
    allow.countDown();
    first.result().close();
    second.result().close();
    third.get().close();
    assertEquals(1, system.allocations());
  }

  @Test
  void allWhoWaitForAnAllocationLearnWhyItFailed() throws Exception {
    CountDownLatch allow = new CountDownLatch(1);
    system.onAllocate(
        () -> {
          Await.latch(allow);
          throw new HeapException(HeapException.Kind.NO_DESCRIPTORS, "EMFILE");
        });
    cma.capacity(0);
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    var async = in.mapAsync(Access.READ);
    Await.until("allocating", () -> buffer.state() == SharedBuffer.State.ALLOCATING);
    var blocking = start(() -> in.map(Access.READ)).parked();
    allow.countDown();
    assertThrows(AllocationException.class, blocking::result);
    var failure = assertThrows(ExecutionException.class, async::get);
    assertInstanceOf(AllocationException.class, failure.getCause());
    assertEquals(UNBACKED, buffer.state());
  }

  @Test
  void tryMapNeitherAllocatesNorWaits() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    assertTrue(in.tryMap(Access.READ).isEmpty());
    assertEquals(0, system.allocations());
    buffer.prepare();
    assertTrue(in.tryMap(Access.READ).isPresent());
  }

  @Test
  void prepareAllocatesAheadAndIsHarmlessTwice() {
    SharedBuffer buffer = export();
    Attachment unused = buffer.attach(display);
    buffer.prepare();
    buffer.prepare(Duration.ofSeconds(1));
    assertEquals(1, cma.allocations());
    cma.capacity(0);
    SharedBuffer more = export();
    Attachment unusedToo = more.attach(display);
    assertThrows(AllocationException.class, more::prepare);
  }

  @Test
  void evacuatingGivesTheMemoryBackAndTheNextMapFindsZeros() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 5);
    buffer.evacuate(Duration.ofSeconds(30));
    assertEquals(UNBACKED, buffer.state());
    assertEquals(0, system.live());
    buffer.evacuate(Duration.ofSeconds(30));
    try (Mapping mapping = in.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertEquals(2, mapping.generation(), "a new generation for a new place");
      assertEquals(0, view.bytes().getLong(0));
    }
  }

  @Test
  void evacuatingWaitsForMappingsAndStallsNewOnes() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping held = in.map(Access.READ);
    var evacuating =
        start(
            () -> {
              buffer.evacuate(Duration.ofSeconds(30));
              return null;
            });
    Await.until("draining", () -> buffer.state() == SharedBuffer.State.DRAINING);
    var stalled = start(() -> in.map(Access.READ)).parked();
    held.close();
    evacuating.result();
    try (Mapping mapping = stalled.result()) {
      assertEquals(2, mapping.generation());
    }
    assertEquals(2, system.allocations());
  }

  @Test
  void anEvacuationThatIsNotReachedChangesNothing() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 9);
    Mapping held = mapElsewhere(in);
    var failure =
        assertThrows(WaitTimeoutException.class, () -> buffer.evacuate(Duration.ofMillis(1)));
    assertSays(failure, "camera for ");
    assertEquals(1, failure.holders().size());
    assertEquals(RESIDENT, buffer.state());
    held.close();
    assertEquals(9, read(in));
  }

  @Test
  void evacuateWaitsForTheBrokersDefaultTimeout() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping held = in.map(Access.READ);
    var evacuating =
        start(
            () -> {
              buffer.evacuate();
              return null;
            });
    Await.until("draining", () -> buffer.state() == SharedBuffer.State.DRAINING);
    held.close();
    evacuating.result();
    assertEquals(UNBACKED, buffer.state());
  }

  @Test
  void tryEvacuateLeavesWhatIsMapped() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    assertTrue(buffer.tryEvacuate());
    Mapping held = in.map(Access.READ);
    assertFalse(buffer.tryEvacuate());
    assertEquals(RESIDENT, buffer.state());
    in.tryMap(Access.READ).orElseThrow().close();
    held.close();
    assertTrue(buffer.tryEvacuate());
    assertEquals(UNBACKED, buffer.state());
    assertEquals(0, system.live());
  }

  @Test
  void aBufferLivesUntilItsLastAttachmentIsClosed() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Attachment out = buffer.attach(camera);
    write(in, 4);
    buffer.close();
    buffer.close();
    assertThrows(ClosedException.class, () -> buffer.attach(camera));
    assertThrows(ClosedException.class, buffer::prepare);
    in.close();
    in.close();
    assertEquals(4, read(out));
    assertEquals(1, system.live());
    out.close();
    assertEquals(0, system.live());
    assertEquals(RELEASED, buffer.state());
    assertTrue(broker.snapshot().buffers().isEmpty());
  }

  @Test
  void aClosedDeviceFreesItsNameAndItsAttachmentsGoOn() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    camera.close();
    camera.close();
    write(in, 2);
    assertThrows(ClosedException.class, () -> buffer.attach(camera));
    Device again = broker.register("camera", Constraints.none());
    camera.close();
    assertEquals(2, read(buffer.attach(again)));
    assertThrows(
        DuplicateNameException.class,
        () -> broker.register("camera", Constraints.none()),
        "closing the old one twice must not free the new one's name");
  }

  /** Maps in another thread, so that waiting for the mapping is no self-wait. */
  private Mapping mapElsewhere(Attachment attachment) {
    try {
      return start(() -> attachment.map(Access.READ)).result();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
