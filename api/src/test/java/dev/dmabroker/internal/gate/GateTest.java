package dev.dmabroker.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Holder;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A gate and its slots, one thread at a time. What threads do to each other: GateStress. */
class GateTest {
  private final HeapAccount heap = new HeapAccount(ScriptedHeap.system());
  private final Gate gate = new Gate();
  private Occupancy here;
  private Occupancy there;

  @BeforeEach
  void open() throws HeapException {
    here = Placements.occupancy(placement(1), 1);
    there = Placements.occupancy(placement(2), 1);
    Placements.open(gate, here);
  }

  private Place placement(long generation) throws HeapException {
    return Placements.at(
        heap, heap.allocate(new Heap.Request("test", 8)), BlobSpec.of(8), generation);
  }

  private BufferMapping enter(Access access) {
    BufferMapping pass = Placements.enter(gate, access);
    assertNotNull(pass, "not let in");
    return pass;
  }

  private List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    here.addHolders("frame", "camera", System.nanoTime(), holders);
    return holders;
  }

  @Test
  void aNewGateIsShut() {
    Gate fresh = new Gate();
    assertNull(fresh.lets(Access.READ));
    assertNull(Placements.enter(fresh, Access.READ));
  }

  @Test
  void anOpenGateLetsInToItsPlace() {
    BufferMapping pass = enter(Access.READ);
    assertSame(here.place(), pass.place());
    assertTrue(pass.isOpen());
    assertFalse(here.isEmpty());
    assertFalse(here.hasWriters());
    assertFalse(gate.isWaitedFor(pass.entrance));
    assertTrue(pass.leave());
    assertFalse(pass.isOpen());
    assertTrue(here.isEmpty());
  }

  @Test
  void itLeadsToOnePlace() {
    BufferMapping before = enter(Access.READ);
    assertTrue(gate.isFullyOpenAt(here.place()));
    Placements.open(gate, there);
    assertFalse(gate.isFullyOpenAt(here.place()));
    assertTrue(gate.isWaitedFor(before.entrance), "who is in the old place is waited for");
    assertSame(there.place(), enter(Access.READ).place());
    assertSame(here.place(), before.place());
    Placements.shut(gate);
    assertNull(gate.lets(Access.READ));
    assertFalse(gate.isFullyOpenAt(there.place()));
  }

  @Test
  void whileContentsAreCopiedItLetsInReaders() {
    Placements.openToReaders(gate, here);
    assertFalse(gate.isFullyOpenAt(here.place()));
    assertNull(gate.lets(Access.WRITE));
    assertNull(Placements.enter(gate, Access.WRITE));
    assertNull(Placements.enter(gate, Access.OVERWRITE));
    assertNull(Placements.enter(gate, Access.READ_WRITE));
    assertTrue(here.isEmpty(), "who turns back leaves nothing");
    BufferMapping pass = enter(Access.READ);
    assertFalse(here.hasWriters());
    assertFalse(here.isEmpty());
    pass.leave();
  }

  @Test
  void aWatchedGateLetsInEverybodyAndWantsToKnowWhoLeaves() {
    BufferMapping before = enter(Access.WRITE);
    Placements.watch(gate, here);
    assertTrue(gate.isWaitedFor(before.entrance));
    before.leave();
    BufferMapping pass = enter(Access.WRITE);
    assertTrue(here.hasWriters());
    assertTrue(gate.isWaitedFor(pass.entrance));
    pass.leave();
  }

  @Test
  void aMappingOutlivesTheGate() {
    BufferMapping pass = enter(Access.WRITE);
    Placements.shut(gate);
    assertTrue(pass.isOpen());
    assertSame(here.place(), pass.place());
    assertNull(Placements.enter(gate, Access.READ));
    assertTrue(here.hasWriters());
    assertTrue(gate.isWaitedFor(pass.entrance));
    pass.leave();
    assertTrue(here.isEmpty());
  }

  @Test
  void aFencedMappingIsOverForItsUserAndTakesItsSlot() {
    BufferMapping pass = enter(Access.WRITE);
    Slot slot = pass.slot;
    long token = slot.word;
    assertTrue(slot.fence(token));
    assertFalse(pass.isOpen());
    assertFalse(pass.leave(), "closing it now changes nothing");
    assertFalse(slot.fence(token));
    assertTrue(here.hasWriters());
    assertTrue(holders().get(0).fenced());
    assertFalse(here.isHeldBy(Thread.currentThread(), false), "the thread cannot close it");
    assertTrue(slot.leaveFenced(token));
    assertFalse(slot.leaveFenced(token));
    assertTrue(here.isEmpty());
  }

  @Test
  void aFenceEndsTheMappingThatItWasGivenForAlone() {
    BufferMapping pass = enter(Access.WRITE);
    long token = pass.slot.word;
    assertFalse(pass.slot.leaveFenced(token), "it was given none");
    assertTrue(pass.slot.fence(token));
    assertTrue(pass.slot.leaveFenced(token));
    BufferMapping next = enter(Access.WRITE);
    assertFalse(pass.slot.leaveFenced(token));
    assertTrue(next.isOpen());
  }

  @Test
  void aFenceThatNobodyWatchesLeavesTheMappingAsItWas() {
    BufferMapping pass = enter(Access.WRITE);
    long token = pass.slot.word;
    assertTrue(pass.slot.fence(token));
    pass.slot.unfence(token);
    assertTrue(pass.isOpen());
    assertTrue(pass.leave());
    pass.slot.unfence(token);
    assertTrue(here.isEmpty(), "nor does it come back");
  }

  @Test
  void leavingTwiceTakesEffectOnce() {
    BufferMapping first = enter(Access.READ);
    assertTrue(first.leave());
    assertFalse(first.leave());
    BufferMapping second = enter(Access.READ);
    assertSame(first.slot, second.slot, "the slot is used again");
    assertFalse(first.leave(), "an old pass throws nobody out");
    assertTrue(second.isOpen());
    assertTrue(second.leave());
  }

  @Test
  void anOccupancyGrowsAsNeeded() {
    Placements.shut(gate);
    List<BufferMapping> passes = new ArrayList<>();
    Set<Slot> slots = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      BufferMapping pass = Placements.admit(here, Access.WRITE);
      assertSame(here.place(), pass.place());
      passes.add(pass);
      assertTrue(slots.add(pass.slot), "each has a slot of its own");
    }
    assertEquals(5, holders().size());
    passes.forEach(BufferMapping::leave);
    assertTrue(here.isEmpty());
    Placements.open(gate, here);
    for (int i = 0; i < 5; i++) {
      assertTrue(slots.contains(enter(Access.READ).slot), "it keeps the slots that it made");
    }
    assertNull(Placements.enter(gate, Access.READ), "the way in without a lock makes no slots");
    assertFalse(slots.contains(Placements.admit(here, Access.READ).slot));
  }

  @Test
  void holdersAreNamed() {
    assertEquals(List.of(), holders());
    BufferMapping pass = enter(Access.OVERWRITE);
    Holder holder = holders().get(0);
    assertEquals("frame", holder.buffer());
    assertEquals("camera", holder.device());
    assertEquals(Access.OVERWRITE, holder.access());
    assertEquals(Thread.currentThread().getName(), holder.thread());
    assertFalse(holder.held().isNegative());
    assertTrue(holder.callSite().isEmpty());
    pass.leave();
    assertEquals(List.of(), holders());
  }

  @Test
  void whoCannotBeNotedTakesNoSlot() {
    // To follow it the attachment is asked, and there is none.
    assertThrows(
        NullPointerException.class,
        () -> gate.admit(here, Access.READ, Thread.currentThread(), true, 1, new Throwable()));
    assertTrue(here.isEmpty());
    assertNotNull(enter(Access.READ));
  }

  @Test
  void aCallSiteIsRecordedOnRequest() {
    Slot slot = enter(Access.READ).slot;
    slot.noteSite(slot.word, new Throwable("mapped here"));
    assertEquals(1, holders().size());
    for (Holder holder : holders()) {
      assertTrue(
          List.of(holder.callSite().orElseThrow().getStackTrace()).stream()
              .anyMatch(frame -> frame.getMethodName().equals("aCallSiteIsRecordedOnRequest")));
    }
  }

  @Test
  void whoHasNotSignedYetIsCountedWithoutAName() {
    Slot slot = enter(Access.READ).slot;
    slot.leave(slot.word);
    assertNotEquals(0, slot.tryTake(Access.WRITE)); // As if stopped before note().
    Holder holder = holders().get(0);
    assertEquals(Access.WRITE, holder.access());
    assertEquals(Duration.ZERO, holder.held());
    assertEquals("unknown thread", holder.thread());
    assertFalse(here.isHeldBy(Thread.currentThread(), false));
    assertFalse(here.isEmpty());
  }

  @Test
  void itKnowsWhichThreadHolds() {
    Thread me = Thread.currentThread();
    assertFalse(here.isHeldBy(me, false));
    BufferMapping mine = enter(Access.READ);
    assertTrue(here.isHeldBy(me, false));
    Thread other = new Thread(() -> {});
    assertFalse(here.isHeldBy(other, false));
    mine.leave();
    assertFalse(here.isHeldBy(me, false), "the note of who left does not count");
    BufferMapping theirs = CompletableFuture.supplyAsync(() -> enter(Access.READ)).join();
    assertSame(mine.slot, theirs.slot);
    assertFalse(here.isHeldBy(me, false));
    assertTrue(theirs.leave(), "anybody may close a mapping");
  }

  @ParameterizedTest
  @EnumSource
  void aTokenTellsTheAccess(Access access) {
    Slot slot = new Slot();
    long token = slot.tryTake(access);
    assertEquals(access, Slot.access(token));
    assertFalse(Slot.isFree(token));
    assertTrue(slot.isTakenBy(token));
    assertEquals(0, slot.tryTake(access), "it is taken");
    assertTrue(slot.leave(token));
    assertTrue(slot.isFree());
  }

  @Test
  void noTokenIsGivenTwice() {
    Slot slot = new Slot();
    Set<Long> tokens = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      long token = slot.tryTake(i % 2 == 0 ? Access.READ : Access.OVERWRITE);
      assertNotEquals(0, token);
      assertTrue(tokens.add(token));
      assertTrue(slot.leave(token));
      assertFalse(slot.isTakenBy(token));
    }
  }
}
