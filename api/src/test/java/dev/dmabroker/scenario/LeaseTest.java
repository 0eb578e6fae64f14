package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static dev.dmabroker.SharedBuffer.State.UNBACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Holder;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.RecallListener;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.event.LeaseRecalled.Cause;
import dev.dmabroker.event.LeaseReturned;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Leases: mappings that stand while they are not used, and that the broker asks back. */
class LeaseTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display = broker.register("display", CONTIGUOUS);
  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(camera);
  private final BlockingQueue<LeaseRecalled> asked = new LinkedBlockingQueue<>();

  /** A lease with its first use in it. */
  private Lease used(Access access) {
    return in.map(access).lease("viewer", asked::add);
  }

  private Lease idle(Access access) {
    Lease lease = used(access);
    lease.endUse();
    return lease;
  }

  private BufferState state() {
    return broker.snapshot().buffers().get(0);
  }

  private static void assertRecall(
      LeaseRecalled recall, Cause cause, Optional<String> beneficiary, long uses) {
    assertEquals("buffer-1", recall.buffer());
    assertEquals("camera", recall.device());
    assertEquals("viewer", recall.holder());
    assertEquals(cause, recall.cause());
    assertEquals(beneficiary, recall.beneficiary());
    assertEquals(uses, recall.uses());
  }

  // ---- Use ----

  @Test
  void aMappingBecomesALeaseWithOneUse() {
    Mapping mapping = in.map(Access.READ_WRITE);
    Lease lease = mapping.lease("viewer", asked::add);
    assertFalse(mapping.isOpen());
    assertThrows(ClosedException.class, () -> mapping.lease("viewer", asked::add));
    assertEquals(1, lease.uses());
    assertEquals("viewer", lease.holder());
    assertEquals(1, lease.generation());
    assertEquals("system", lease.heapName());
    assertEquals("the lease of buffer-1 for camera by viewer", lease.toString());
    Holder holder = state().holders().get(0);
    assertEquals(1, holder.leaseUses());
    assertEquals("viewer", holder.thread());
    assertTrue(holder.toString().endsWith("(READ_WRITE, by viewer, a lease with uses=1)"));
    lease.endUse();
    assertEquals(List.of(), state().holders());
    var standing = state().leases().get(0);
    assertTrue(standing.open());
    assertEquals(0, standing.uses());
    assertTrue(lease.tryUse());
    assertTrue(lease.tryUse());
    assertEquals(2, state().leases().get(0).uses());
    lease.endUse();
    lease.endUse();
    assertSays(assertThrows(IllegalStateException.class, lease::endUse), "viewer", "no use");
    assertEquals(0, lease.uses());
    lease.close();
    lease.close();
    assertFalse(lease.tryUse());
    assertFalse(lease.isOpen());
    assertEquals(List.of(), state().leases());
    assertTrue(asked.isEmpty() && events.recalled.isEmpty(), "the holder gave it back");
  }

  @Test
  void aLeaseGivesDescriptorsAndViews() {
    Lease lease = idle(Access.READ_WRITE);
    assertTrue(lease.tryUse());
    fill(lease, 5);
    assertEquals(5, read(lease));
    assertTrue(lease.fd() >= 0);
    lease.endUse();
    try (CpuView view = lease.cpuView()) {
      assertFalse(buffer.tryEvacuate(), "a view holds the memory by itself");
      assertEquals(SIZE, view.sizeBytes());
    }
    assertTrue(buffer.tryEvacuate());
    assertThrows(ClosedException.class, lease::fd);
    assertThrows(ClosedException.class, lease::dupFd);
    assertThrows(ClosedException.class, lease::cpuView);
  }

  // ---- Moves ----

  @Test
  void aLeaseThatIsNotUsedHoldsUpNoMove() throws Exception {
    write(in, 7);
    Lease writing = idle(Access.READ_WRITE);
    Lease reading = idle(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(7, read(out));
    assertRecall(Events.next(asked), Cause.MOVE, Optional.of("display"), 0);
    assertRecall(Events.next(asked), Cause.MOVE, Optional.of("display"), 0);
    assertFalse(writing.tryUse());
    assertFalse(reading.tryUse());
    assertEquals(0, state().retired());
    assertEquals(Duration.ZERO, Events.next(events.moved).deadline());
    assertEquals(List.of(), state().leases());
    assertEquals(0, Events.next(events.returned).took().toHours(), "it was back at once");
  }

  @Test
  void aUseThatWritesHoldsUpAMoveUntilItEnds() throws Exception {
    write(in, 7);
    Lease lease = idle(Access.READ_WRITE);
    assertTrue(lease.tryUse());
    Attachment out = buffer.attach(display);
    Running<Long> waiting = start(() -> read(out));
    assertRecall(Events.next(asked), Cause.MOVE, Optional.of("display"), 1);
    Await.until("draining", () -> buffer.state() == DRAINING);
    assertFalse(lease.tryUse());
    fill(lease, 8);
    lease.endUse();
    assertEquals(8, waiting.result());
    LeaseReturned returned = Events.next(events.returned);
    assertEquals("viewer", returned.holder());
    assertEquals(Cause.MOVE, returned.cause());
    assertEquals(1, returned.generation());
    assertFalse(returned.took().isNegative() || returned.took().isZero());
    assertEquals("cma", in.map(Access.READ).lease("viewer", asked::add).heapName());
  }

  @Test
  void aUseThatReadsKeepsTheOldPlaceAndNoOtherBegins() throws Exception {
    write(in, 7);
    Lease lease = used(Access.READ);
    Attachment out = buffer.attach(display);
    write(out, 8);
    assertEquals(7, read(lease), "as it was");
    assertFalse(lease.tryUse(), "the contents are old");
    assertEquals(1, state().retired());
    assertEquals(1, state().leases().size());
    assertEquals(1, system.live());
    lease.endUse();
    assertEquals(0, system.live());
    assertEquals(0, state().retired());
    assertEquals("viewer", Events.next(events.returned).holder());
    assertEquals(8, read(in));
  }

  @Test
  void aMappingThatHoldsUpAMoveBecomesALeaseOfItsOwnUseAlone() throws Exception {
    Mapping mapping = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    Running<Mapping> waiting = start(() -> out.map(Access.READ));
    Await.until("draining", () -> buffer.state() == DRAINING);
    Lease lease = mapping.lease("viewer", asked::add);
    assertEquals(1, lease.uses());
    assertFalse(lease.tryUse());
    assertEquals(DRAINING, buffer.state());
    lease.endUse();
    waiting.result().close();
    assertTrue(asked.isEmpty(), "it never stood");
  }

  @Test
  void aMoveThatLingersAsksBackLeasesThatWriteAndLetsMappingsIn() throws Exception {
    Device slow = broker.register(DeviceSpec.builder("slow").longestHold(Await.DEADLINE).build());
    SharedBuffer first = broker.exportSet("set", BlobSpec.of(SIZE), 2).get(0);
    Attachment at = first.attach(slow);
    write(at, 7);
    Lease reading = at.map(Access.READ).lease("reader", recall -> {});
    reading.endUse();
    Lease writing = at.map(Access.WRITE).lease("viewer", asked::add);
    Attachment out = first.attach(display);
    assertEquals(Cause.MOVE, Events.next(asked).cause());
    assertFalse(writing.tryUse());
    Lease again = at.map(Access.WRITE).lease("again", asked::add);
    assertFalse(again.tryUse(), "its use alone is in, as the move waits for it");
    again.endUse();
    assertTrue(reading.tryUse(), "no move waits for it");
    reading.endUse();
    writing.endUse();
    assertEquals(7, read(out));
    assertFalse(reading.tryUse());
  }

  @Test
  void aUseThatIsNotEndedInTimeIsNamedAndTheMoveRolledBack() throws Exception {
    Device quick =
        broker.register(DeviceSpec.builder("quick").longestHold(Duration.ofMillis(1)).build());
    Attachment at = buffer.attach(quick);
    Lease lease = at.map(Access.WRITE).lease("viewer 12", recall -> {});
    Attachment out = buffer.attach(display);
    MoveFailedException failure =
        assertThrows(MoveFailedException.class, () -> out.map(Access.READ, Await.DEADLINE));
    assertSays(failure, "quick", "by viewer 12, a lease with uses=1");
    assertEquals(1, failure.holders().get(0).leaseUses());
    BufferMove rolledBack = Events.next(events.rolledBack);
    assertEquals("viewer 12", rolledBack.holders().get(0).thread());
    Await.until("resident", () -> buffer.state() == RESIDENT);
    assertFalse(lease.tryUse(), "what was asked back stays so");
    lease.endUse();
    assertEquals("cma", out.map(Access.READ).heapName());
  }

  @Test
  void usesMakeTheBufferNeitherUsedNorIdle() throws Exception {
    Lease lease = idle(Access.READ);
    long maps = state().maps();
    assertTrue(lease.tryUse());
    Holder holder = state().holders().get(0);
    assertTrue(holder.held().compareTo(Await.DEADLINE) < 0);
    lease.endUse();
    assertEquals(maps, state().maps(), "a use is no map");
  }

  // ---- Evacuation, and ends ----

  @Test
  void aLeaseThatIsNotUsedHoldsUpNoEvacuation() throws Exception {
    Lease lease = idle(Access.WRITE);
    assertTrue(buffer.tryEvacuate());
    assertRecall(Events.next(asked), Cause.EVACUATION, Optional.empty(), 0);
    assertFalse(lease.tryUse());
    idle(Access.READ);
    buffer.evacuate(Duration.ofMillis(1));
    assertRecall(Events.next(asked), Cause.EVACUATION, Optional.empty(), 0);
    assertEquals(UNBACKED, buffer.state());
  }

  @Test
  void anEvacuationWaitsForUsesAndNamesThem() throws Exception {
    Lease lease = used(Access.READ);
    assertFalse(buffer.tryEvacuate());
    assertTrue(lease.tryUse(), "an evacuation that is not begun asks nothing back");
    lease.endUse();
    assertSays(
        assertThrows(WaitTimeoutException.class, () -> buffer.evacuate(Duration.ofMillis(1))),
        "viewer",
        "uses=1");
    Running<?> evacuating =
        start(
            () -> {
              buffer.evacuate(Await.DEADLINE);
              return 0;
            });
    Await.until("draining", () -> buffer.state() == DRAINING);
    lease.endUse();
    assertEquals(0, evacuating.result());
    assertEquals(Cause.EVACUATION, Events.next(events.returned).cause());
  }

  @Test
  void whatIsClosedAsksItsLeasesBack() throws Exception {
    Lease first = used(Access.READ);
    in.close();
    assertRecall(Events.next(asked), Cause.CLOSE, Optional.empty(), 1);
    buffer.close();
    assertEquals(1, system.live());
    assertEquals(1, state().leases().size());
    first.endUse();
    assertEquals(0, system.live());
    assertEquals(Cause.CLOSE, Events.next(events.returned).cause());
  }

  @Test
  void aBrokerThatClosesNamesLeasesInUse() throws Exception {
    Lease standing = idle(Access.READ);
    Lease used = used(Access.WRITE);
    var failure = assertThrows(OutstandingMappingsException.class, broker::close);
    assertSays(failure, "viewer", "uses=1");
    assertEquals(1, failure.holders().size());
    assertEquals(Cause.CLOSE, Events.next(asked).cause());
    assertEquals(Cause.CLOSE, Events.next(asked).cause());
    assertFalse(standing.tryUse());
    used.endUse();
    assertEquals(0, system.live());
  }

  // ---- Holders that misbehave ----

  @Test
  void aHolderThatThrowsOrDoesNotReturnHoldsUpNothing() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    RecallListener stuck =
        recall -> {
          calls.incrementAndGet();
          Await.latch(go);
        };
    Attachment other = buffer.attach(broker.register("other", Constraints.none()));
    write(in, 7);
    in.map(Access.READ).lease("stuck", stuck).endUse();
    in.map(Access.READ).lease("behind it", asked::add).endUse();
    other
        .map(Access.READ)
        .lease(
            "thrower",
            recall -> {
              throw new IllegalStateException("no");
            })
        .endUse();
    BlockingQueue<LeaseRecalled> others = new LinkedBlockingQueue<>();
    other.map(Access.READ).lease("after it", others::add).endUse();
    assertEquals(7, read(buffer.attach(display)));
    assertEquals("after it", Events.next(others).holder());
    Await.until("called", () -> calls.get() == 1);
    assertTrue(asked.isEmpty(), "one device's holders are told one after the other");
    go.countDown();
    assertEquals("behind it", Events.next(asked).holder());
  }

  @Test
  void aHolderMayCallTheBrokerWhenItIsTold() throws Exception {
    BlockingQueue<Lease> again = new LinkedBlockingQueue<>();
    in.map(Access.READ)
        .lease("viewer", recall -> again.add(in.map(Access.READ).lease("again", asked::add)))
        .endUse();
    assertTrue(buffer.tryEvacuate());
    Lease lease = Events.next(again);
    assertEquals(2, lease.generation());
    lease.endUse();
  }
}
