package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every heap keeps to. */
abstract class HeapContract {

  private static final int BYTES = 3 << 20;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Heap heap;

  private final List<Backing> toRelease = new ArrayList<>();
  private int descriptorsBefore;

  /** The heap under test; skips the test where there is none. */
  abstract Heap open();

  /** What allocations are whole multiples of. */
  long unitBytes() {
    return Pages.size();
  }

  /** What the first byte of each allocation is aligned to. */
  long alignmentBytes() {
    return unitBytes();
  }

  @BeforeEach
  final void openHeap() {
    heap = open();
    descriptorsBefore = OwnProcess.memoryDescriptors();
  }

  @AfterEach
  final void nothingIsLeft() {
    toRelease.forEach(Backing::release);
    if (heap != null) {
      assertEquals(descriptorsBefore, OwnProcess.memoryDescriptors(), "descriptors of memory");
      heap.close();
    }
  }

  private Backing allocate(String label, long bytes) throws HeapException {
    Backing backing = heap.allocate(new Heap.Request(label, bytes));
    toRelease.add(backing);
    return backing;
  }

  @Test
  void memoryIsZero() throws Exception {
    Backing dirty = heap.allocate(new Heap.Request("dirty", BYTES));
    fill(dirty, (byte) -1);
    dirty.release();
    Backing backing = allocate("clean", BYTES);

    backing.beginCpuAccess(Access.READ);
    ByteBuffer bytes = backing.bytes(0, BYTES);
    while (bytes.remaining() >= Long.BYTES) {
      assertEquals(0, bytes.getLong());
    }
    backing.endCpuAccess(Access.READ);
  }

  @Test
  void sizesAreRoundedUpToWholePages() throws Exception {
    for (long asked : new long[] {1, unitBytes() - 1, unitBytes(), unitBytes() + 1}) {
      if (asked > heap.traits().maxSizeBytes().or(Long.MAX_VALUE)) {
        HeapException refusal =
            assertThrows(
                HeapException.class, () -> heap.allocate(new Heap.Request("rounded", asked)));
        assertEquals(Kind.TOO_LARGE, refusal.kind(), refusal.getMessage());
        continue;
      }
      Backing backing = heap.allocate(new Heap.Request("rounded", asked));
      assertEquals(asked <= unitBytes() ? unitBytes() : 2 * unitBytes(), backing.sizeBytes());
      assertDoesNotThrow(() -> backing.bytes(backing.sizeBytes() - 1, 1));
      backing.release();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void sizesBelowOneAreRejected(long size) {
    assertThrows(
        IllegalArgumentException.class, () -> heap.allocate(new Heap.Request("bad", size)));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 65535, 1L << 46})
  void absurdSizesAreRefused(long size) {
    HeapException refusal =
        assertThrows(HeapException.class, () -> heap.allocate(new Heap.Request("huge", size)));
    assertTrue(
        EnumSet.of(Kind.TOO_LARGE, Kind.FULL).contains(refusal.kind()),
        () -> refusal.kind() + ": " + refusal.getMessage());
    assertEquals(descriptorsBefore, OwnProcess.memoryDescriptors());
  }

  @Test
  void theAlignmentIsThatOfTheTraitOrTheHeapRefuses() throws Exception {
    long aligned = heap.traits().alignmentBytes().or(1L);
    heap.allocate(new Heap.Request("aligned", 1, aligned)).release();
    HeapException refusal =
        assertThrows(
            HeapException.class, () -> heap.allocate(new Heap.Request("more", 1, 2 * aligned)));
    assertTrue(
        String.valueOf(refusal.getMessage()).contains("aligned to " + aligned),
        refusal.getMessage());
  }

  @Test
  void twoMappingsShowTheSameMemory() throws Exception {
    Backing backing = allocate("shared", BYTES);
    int peer = backing.dupFd();
    try {
      ByteBuffer peers = OwnProcess.mapAgain(peer, BYTES);
      backing.beginCpuAccess(Access.WRITE);
      backing.bytes(0, BYTES).putInt(BYTES - 4, 0xcafe);
      backing.endCpuAccess(Access.WRITE);
      assertEquals(0xcafe, peers.order(ByteOrder.nativeOrder()).getInt(BYTES - 4));
    } finally {
      OwnProcess.close(peer);
    }
  }

  @Test
  void descriptorsAreCloseOnExec() throws Exception {
    Backing backing = allocate("cloexec", 1);
    int duplicate = backing.dupFd();
    try {
      assertTrue(OwnProcess.closeOnExec(backing.fd()));
      assertTrue(OwnProcess.closeOnExec(duplicate));
    } finally {
      OwnProcess.close(duplicate);
    }
  }

  @Test
  void releaseClosesItsOwnDescriptorOnly() throws Exception {
    Backing backing = heap.allocate(new Heap.Request("mine", BYTES));
    Backing other = allocate("other", 1);
    fill(backing, (byte) 7);
    int duplicate = backing.dupFd();
    try {
      String before = OwnProcess.target(duplicate);
      backing.release();
      assertEquals(descriptorsBefore + 2, OwnProcess.memoryDescriptors());
      assertEquals(before, OwnProcess.target(duplicate));
      assertEquals(7, OwnProcess.mapAgain(duplicate, BYTES).get(BYTES - 1));
      assertDoesNotThrow(() -> other.bytes(0, 1).put(0, (byte) 1));
    } finally {
      OwnProcess.close(duplicate);
    }
  }

  @Test
  void bytesThatOutliveTheMemoryAreZero() throws Exception {
    Backing backing = heap.allocate(new Heap.Request("stale", BYTES));
    fill(backing, (byte) 9);
    ByteBuffer slice = backing.bytes(1 << 20, 1 << 20).slice(16, 1024).asReadOnlyBuffer();
    ByteBuffer stale = backing.bytes(0, BYTES);
    backing.release();

    assertEquals(0, stale.get(0));
    assertEquals(0, stale.get(BYTES - 1));
    stale.put(BYTES - 1, (byte) 5);
    assertEquals(5, stale.get(BYTES - 1));
    assertEquals(0, slice.get(1000));
    assertThrows(HeapException.class, () -> backing.bytes(0, 1));
  }

  @Test
  void slicesShowTheirPart() throws Exception {
    Backing backing = allocate("slices", BYTES);
    ByteBuffer whole = backing.bytes(0, BYTES);
    backing.bytes(4096, 8192).putLong(8, 0x0102030405060708L);
    assertEquals(0x0102030405060708L, whole.getLong(4104));
    assertEquals(ByteOrder.nativeOrder(), backing.bytes(1, 1).order());
    assertEquals(0, backing.bytes(backing.sizeBytes(), 0).capacity());
    assertTrue(whole.isDirect());
    assertFalse(whole.isReadOnly());
  }

  @Test
  void rangesOutsideAreRejected() throws Exception {
    Backing backing = allocate("bounds", 1);
    long size = backing.sizeBytes();
    Class<IndexOutOfBoundsException> expected = IndexOutOfBoundsException.class;
    assertThrows(expected, () -> backing.bytes(-1, 1));
    assertThrows(expected, () -> backing.bytes(0, -1));
    assertThrows(expected, () -> backing.bytes(size, 1));
    assertThrows(expected, () -> backing.bytes(0, (int) size + 1));
    assertThrows(expected, () -> backing.bytes(Long.MAX_VALUE, Integer.MAX_VALUE));
  }

  @ParameterizedTest
  @EnumSource
  void cpuAccessBeginsAndEnds(Access access) throws Exception {
    Backing backing = allocate("cpu", 1);
    backing.beginCpuAccess(access);
    backing.beginCpuAccess(Access.READ);
    backing.endCpuAccess(Access.READ);
    backing.endCpuAccess(access);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a label of more than thirty-two bytes, which is what a dma-buf's name may have at most",
        "line\nbreak\0zero",
        "einunddreissig-und-dann-drei-b\u00e4\u20ac\uD83D\uDE00"
      })
  void labelsOfAnyKindAreTaken(String label) throws Exception {
    Backing backing = allocate(label.repeat(4), 1);
    String target = OwnProcess.target(backing.fd());
    String start = label.substring(0, Math.min(4, label.length()));
    assertTrue(target.contains(start), target);
  }

  @Test
  void manyCyclesLeaveNothingBehind() throws Exception {
    int cycles = 100;
    long bytes = 4L << 20;
    long before = OwnProcess.addressSpaceBytes();
    for (int i = 0; i < cycles; i++) {
      Backing backing = heap.allocate(new Heap.Request("cycle", bytes));
      backing.bytes(0, 1).put(0, (byte) i);
      backing.release();
    }
    assertEquals(descriptorsBefore, OwnProcess.memoryDescriptors());
    long most = before + cycles * bytes / 2;
    assertTrue(OwnProcess.collectUntil(() -> OwnProcess.addressSpaceBytes() < most));
  }

  @Test
  void threadsShareTheHeap() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Boolean>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        byte mark = (byte) (t + 1);
        Callable<Boolean> task = () -> useAlone(mark);
        done.add(pool.submit(task));
      }
      for (Future<Boolean> one : done) {
        assertTrue(one.get());
      }
    } finally {
      pool.shutdown();
    }
  }

  private boolean useAlone(byte mark) throws HeapException {
    boolean alone = true;
    for (int i = 0; i < 20; i++) {
      Backing backing = heap.allocate(new Heap.Request("thread", 1 << 20));
      fill(backing, mark);
      ByteBuffer bytes = backing.bytes(0, 1 << 20);
      alone &= bytes.get(0) == mark && bytes.get((1 << 20) - 1) == mark;
      backing.release();
      alone &= bytes.get(0) == 0;
    }
    return alone;
  }

  @Test
  void aClosedHeapRefuses() {
    heap.close();
    heap.close();
    assertThrows(HeapException.class, () -> heap.allocate(new Heap.Request("late", 1)));
  }

  @Test
  void traitsAreTheSameEachTimeAndHaveSources() {
    assertEquals(heap.traits().all(), heap.traits().all());
    heap.traits().all().values().forEach(trait -> assertFalse(trait.source().isBlank()));
    assertEquals(alignmentBytes(), heap.traits().alignmentBytes().or(0L));
    assertTrue(heap.traits().cpuReach().is(true));
  }

  private static void fill(Backing backing, byte value) throws HeapException {
    backing.beginCpuAccess(Access.WRITE);
    ByteBuffer bytes = backing.bytes(0, (int) backing.sizeBytes());
    long eight = (value & 0xffL) * 0x0101010101010101L;
    while (bytes.hasRemaining()) {
      bytes.putLong(eight);
    }
    backing.endCpuAccess(Access.WRITE);
  }
}
