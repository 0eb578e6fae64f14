package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Access;
import dev.dmabroker.BlobSpec;
import dev.dmabroker.Holder;
import dev.dmabroker.spi.HeapException;
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
  private Placement here;
  private Placement there;

  @BeforeEach
  void open() throws HeapException {
    here = placement(1);
    there = placement(2);
    gate.open(here);
  }

  private Placement placement(long generation) throws HeapException {
    return Placements.at(heap, heap.allocate("test", 8), BlobSpec.of(8), generation);
  }

  private Gate.Pass enter(Access access) {
    Gate.Pass pass = gate.enter(access, false);
    assertNotNull(pass, "not let in");
    return pass;
  }

  private List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    gate.addHolders("frame", "camera", System.nanoTime(), holders);
    return holders;
  }

  @Test
  void aNewGateIsShutAndEmpty() {
    Gate fresh = new Gate();
    assertFalse(fresh.isOpen());
    assertTrue(fresh.isEmpty());
    assertNull(fresh.enter(Access.READ, false));
    assertTrue(fresh.isEmpty(), "who turns back leaves nothing");
  }

  @Test
  void anOpenGateLetsInToItsPlace() {
    Gate.Pass pass = enter(Access.READ);
    assertSame(here, pass.place());
    assertTrue(pass.isHeld());
    assertFalse(gate.isEmpty());
    assertTrue(pass.leave());
    assertFalse(pass.isHeld());
    assertTrue(gate.isEmpty());
  }

  @Test
  void itIsOpenAtOnePlace() {
    assertTrue(gate.isOpen());
    assertTrue(gate.isOpenAt(here));
    assertFalse(gate.isOpenAt(there));
    gate.open(there);
    assertFalse(gate.isOpenAt(here));
    assertSame(there, enter(Access.READ).place());
    gate.shut();
    assertFalse(gate.isOpen());
    assertFalse(gate.isOpenAt(there));
  }

  @Test
  void aPassOutlivesTheGate() {
    Gate.Pass pass = enter(Access.READ);
    gate.shut();
    assertTrue(pass.isHeld());
    assertSame(here, pass.place());
    assertNull(gate.enter(Access.READ, false));
    assertFalse(gate.isEmpty());
    pass.leave();
    assertTrue(gate.isEmpty());
  }

  @Test
  void leavingTwiceTakesEffectOnce() {
    Gate.Pass first = enter(Access.READ);
    assertTrue(first.leave());
    assertFalse(first.leave());
    Gate.Pass second = enter(Access.READ);
    assertSame(first.slot(), second.slot(), "the slot is used again");
    assertFalse(first.leave(), "an old pass throws nobody out");
    assertTrue(second.isHeld());
    assertTrue(second.leave());
  }

  @Test
  void itAdmitsWhereItIsShutAndGrowsAsNeeded() {
    gate.shut();
    List<Gate.Pass> passes = new ArrayList<>();
    Set<Slot> slots = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      Gate.Pass pass = gate.admit(there, Access.WRITE, false);
      assertSame(there, pass.place());
      passes.add(pass);
      assertTrue(slots.add(pass.slot()), "each has a slot of its own");
    }
    assertEquals(5, holders().size());
    passes.forEach(Gate.Pass::leave);
    assertTrue(gate.isEmpty());
    gate.open(here);
    for (int i = 0; i < 5; i++) {
      assertTrue(slots.contains(enter(Access.READ).slot()), "it keeps the slots that it made");
    }
    assertNull(gate.enter(Access.READ, false), "the way in without a lock makes no slots");
    assertFalse(slots.contains(gate.admit(here, Access.READ, false).slot()));
  }

  @Test
  void holdersAreNamed() {
    assertEquals(List.of(), holders());
    Gate.Pass pass = enter(Access.OVERWRITE);
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
  void aCallSiteIsRecordedOnRequest() {
    assertNotNull(gate.enter(Access.READ, true));
    assertNotNull(gate.admit(here, Access.READ, true));
    for (Holder holder : holders()) {
      assertTrue(
          List.of(holder.callSite().orElseThrow().getStackTrace()).stream()
              .anyMatch(frame -> frame.getMethodName().equals("aCallSiteIsRecordedOnRequest")));
    }
  }

  @Test
  void whoHasNotSignedYetIsCountedWithoutAName() {
    Slot slot = enter(Access.READ).slot();
    slot.leave(slot.word);
    assertNotEquals(0, slot.tryTake(Access.WRITE)); // As if stopped before note().
    Holder holder = holders().get(0);
    assertEquals(Access.WRITE, holder.access());
    assertEquals(Duration.ZERO, holder.held());
    assertEquals("unknown thread", holder.thread());
    assertFalse(gate.isHeldBy(Thread.currentThread()));
    assertFalse(gate.isEmpty());
  }

  @Test
  void itKnowsWhichThreadHolds() {
    Thread me = Thread.currentThread();
    assertFalse(gate.isHeldBy(me));
    Gate.Pass mine = enter(Access.READ);
    assertTrue(gate.isHeldBy(me));
    Thread other = new Thread(() -> {});
    assertFalse(gate.isHeldBy(other));
    mine.leave();
    assertFalse(gate.isHeldBy(me), "the note of who left does not count");
    Gate.Pass theirs = CompletableFuture.supplyAsync(() -> enter(Access.READ)).join();
    assertSame(mine.slot(), theirs.slot());
    assertFalse(gate.isHeldBy(me));
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
