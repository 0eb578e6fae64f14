package dev.dmabroker.internal.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.StubHeap;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is out of a heap, and when it may be closed. */
class HeapAccountTest {
  private final ScriptedHeap heap = ScriptedHeap.system();
  private final HeapAccount account = new HeapAccount(heap);

  @Test
  void countsWhatIsOut() throws Exception {
    assertUsed(0, 0);
    HeapMemory one = account.allocate(new Heap.Request("one", 4096));
    assertUsed(1, 4096);
    HeapMemory two = account.allocate(new Heap.Request("two", 1));
    assertUsed(2, 4097);
    assertEquals(4097, account.usedBytes());
    one.release();
    assertUsed(1, 1);
    two.release();
    assertUsed(0, 0);
    assertEquals(0, heap.live());
  }

  @Test
  void whatTheBrokerTakesWhileTheHeapIsAskedIsNotOthers() throws Exception {
    ScriptedHeap scarce =
        new ScriptedHeap(
            "scarce", ScriptedHeap.ordinary().capacityBytes(Trait.declared(3L * 4096)).build());
    HeapAccount shared = new HeapAccount(scarce);
    AtomicReference<Long> others = new AtomicReference<>();
    scarce.left(2L * 4096); // It has given the memory, and the broker does not count it yet.
    scarce.onAllocate(
        () -> {
          boolean unused = shared.look();
          others.set(shared.othersBytes());
        });
    HeapMemory one = shared.allocate(new Heap.Request("one", 4096));
    assertEquals(0, others.get());
    scarce.left(4096L);
    assertTrue(shared.look());
    assertEquals(4096, shared.othersBytes());
    one.release();
    scarce.onAllocate(
        () -> {
          throw new HeapException(HeapException.Kind.FULL, "told to");
        });
    assertThrows(HeapException.class, () -> shared.allocate(new Heap.Request("two", 4096)));
    assertTrue(shared.look(), "what was asked for in vain counts no more");
    assertEquals(2 * 4096, shared.othersBytes());
  }

  @Test
  void countsWhatTheHeapGaveAndNotWhatItWasAskedFor() throws Exception {
    heap.shortBy(-96); // Rounds up.
    HeapMemory backing = account.allocate(new Heap.Request("rounded", 4000));
    assertUsed(1, 4096);
    backing.release();
    assertUsed(0, 0);
  }

  @Test
  void asksForNoMoreAlignmentThanTheHeapHas() throws Exception {
    account.allocate(new Heap.Request("aligned", 1, 4096)).release();
    assertEquals(4096, heap.lastRequest().alignmentBytes());
    var refusal =
        assertThrows(
            HeapException.class, () -> account.allocate(new Heap.Request("aligned", 1, 8192)));
    assertEquals(
        "cannot align aligned to 8192 bytes: memory of the heap is aligned to 4096",
        refusal.getMessage());
    assertEquals(1, heap.allocations());
  }

  @Test
  void isClosedOnceAndOnlyAfterTheLastBacking() throws Exception {
    HeapMemory one = account.allocate(new Heap.Request("one", 1));
    HeapMemory two = account.allocate(new Heap.Request("two", 1));
    account.retire();
    one.release();
    assertEquals(0, heap.timesClosed());
    two.release();
    assertEquals(1, heap.timesClosed());
    account.retire();
    assertEquals(1, heap.timesClosed());
  }

  @Test
  void isClosedAtOnceIfNothingIsOut() throws Exception {
    account.allocate(new Heap.Request("gone", 1)).release();
    assertEquals(0, heap.timesClosed());
    account.retire();
    account.retire();
    assertEquals(1, heap.timesClosed());
  }

  @Test
  void givesNothingAfterItHasRetired() {
    account.retire();
    var failure =
        assertThrows(HeapException.class, () -> account.allocate(new Heap.Request("late", 1)));
    assertEquals("the broker is closed", failure.getMessage());
    assertEquals(0, heap.allocations());
    assertUsed(0, 0);
  }

  @Test
  void isNotClosedWhileItIsBeingAsked() throws Exception {
    AtomicReference<Integer> closedWhileAsked = new AtomicReference<>();
    heap.onAllocate(
        () -> {
          account.retire();
          closedWhileAsked.set(heap.timesClosed());
        });
    HeapMemory backing = account.allocate(new Heap.Request("across", 1));
    assertEquals(0, closedWhileAsked.get());
    assertEquals(0, heap.timesClosed());
    backing.release();
    assertEquals(1, heap.timesClosed());
  }

  @Test
  void isClosedAfterARefusalDuringWhichItRetired() {
    heap.onAllocate(
        () -> {
          account.retire();
          throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
        });
    assertThrows(HeapException.class, () -> account.allocate(new Heap.Request("refused", 1)));
    assertEquals(1, heap.timesClosed());
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalIsPassedOnAsItIsAndCountsNothing(HeapException.Kind kind) {
    HeapException refusal = new HeapException(kind, "no", new IOException("errno"));
    heap.onAllocate(
        () -> {
          throw refusal;
        });
    assertSame(
        refusal,
        assertThrows(HeapException.class, () -> account.allocate(new Heap.Request("refused", 1))));
    assertEquals(kind, refusal.kind());
    assertInstanceOf(IOException.class, refusal.getCause());
    assertUsed(0, 0);
  }

  @Test
  void whatIsTooShortIsGivenBackAndCountsNothing() {
    heap.shortBy(1);
    var failure =
        assertThrows(HeapException.class, () -> account.allocate(new Heap.Request("short", 4096)));
    assertEquals("gave 4095 bytes instead of 4096", failure.getMessage());
    assertEquals(0, heap.live());
    assertUsed(0, 0);
  }

  @Test
  void aHeapThatThrowsWhatItMustNotRefuses() {
    IllegalStateException bug = new IllegalStateException("bug");
    heap.onAllocate(
        () -> {
          throw bug;
        });
    var failure =
        assertThrows(HeapException.class, () -> account.allocate(new Heap.Request("bug", 1)));
    assertEquals(HeapException.Kind.FAILED, failure.kind());
    assertSame(bug, failure.getCause());
    assertUsed(0, 0);
  }

  @Test
  void aReleaseThatThrowsIsCountedAllTheSame() throws Exception {
    HeapMemory backing = account.allocate(new Heap.Request("stuck", 1));
    heap.onRelease(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    backing.release();
    assertUsed(0, 0);
    account.retire();
    assertEquals(1, heap.timesClosed());
  }

  @Test
  void anErrorOfTheMachineRefusesAsWellAndIsTheCause() {
    StackOverflowError error = new StackOverflowError("deep");
    heap.onAllocate(
        () -> {
          throw error;
        });
    var failure =
        assertThrows(HeapException.class, () -> account.allocate(new Heap.Request("deep", 1)));
    assertEquals("threw java.lang.StackOverflowError: deep", failure.getMessage());
    assertSame(error, failure.getCause());
    assertUsed(0, 0);
    account.retire();
    assertEquals(1, heap.timesClosed());
  }

  @Test
  void saysWhatLingersAndNothingIfTheHeapThrows() {
    Lingering much = new Lingering(3, 4096);
    assertEquals(much, new HeapAccount(new Lingerer(() -> much)).snapshot().lingering());
    IllegalStateException bug = new IllegalStateException("bug");
    Lingerer throwing =
        new Lingerer(
            () -> {
              throw bug;
            });
    assertEquals(Lingering.NONE, new HeapAccount(throwing).snapshot().lingering());
  }

  private record Lingerer(Supplier<Lingering> what) implements Heap {
    @Override
    public String name() {
      return "lingerer";
    }

    @Override
    public HeapTraits traits() {
      return ScriptedHeap.ordinary().build();
    }

    @Override
    public Backing allocate(Request request) throws HeapException {
      throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
    }

    @Override
    public Lingering lingering() {
      return what.get();
    }

    @Override
    public void close() {}
  }

  @Test
  void goesByItsNameAndItsAliases() {
    HeapAccount cma = new HeapAccount(StubHeap.named("cma", "reserved"));
    assertTrue(cma.info().isNamed("cma") && cma.info().isNamed("reserved"));
    assertTrue(!cma.info().isNamed("CMA") && !cma.info().isNamed(""));
    assertEquals(Set.of("reserved"), cma.snapshot().aliases());
    assertEquals("cma", cma.toString());
  }

  private void assertUsed(int backings, long usedBytes) {
    assertEquals(backings, account.snapshot().backings());
    assertEquals(usedBytes, account.snapshot().usedBytes());
  }
}
