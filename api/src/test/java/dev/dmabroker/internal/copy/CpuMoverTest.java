package dev.dmabroker.internal.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.runtime.Crew;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuMoverTest {
  private static final int LARGE = CpuMover.LARGE_BYTES;
  private static final Layout BYTES = new Layout(1, List.of(new Layout.Plane(0, 1, 1, 1)));

  private final ScriptedHeap heap = ScriptedHeap.system();
  private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
  private final Watched from = new Watched("from", LARGE);
  private final Watched to = new Watched("to", LARGE);
  private final Mover.Copy copy = new Mover.Copy(from, BYTES, to, BYTES);

  @AfterEach
  void release() {
    from.release();
    to.release();
  }

  /** One that has found this many threads to be the best. */
  private static CpuMover mover(int threads) throws HeapException {
    return new CpuMover(decided(threads), new Crew(Math.max(1, threads - 1)));
  }

  private static CrewSize decided(int threads) throws HeapException {
    CrewSize size = new CrewSize(threads);
    size.decide(n -> 1_000_000 / n);
    assertEquals(threads, size.threads());
    return size;
  }

  private void fill(Backing backing, long value) throws HeapException {
    ByteBuffer bytes = backing.bytes(0, (int) backing.sizeBytes());
    for (int i = 0; i + 8 <= bytes.capacity(); i += 8) {
      bytes.putLong(i, value + i);
    }
  }

  private static void assertFilled(Backing backing, long value) throws HeapException {
    ByteBuffer bytes = backing.bytes(0, (int) backing.sizeBytes());
    for (int i = 0; i + 8 <= bytes.capacity(); i += 8) {
      assertEquals(value + i, bytes.getLong(i), "at " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everythingIsCopiedWhatLiesPastTheLayoutIncluded(int threads) throws Exception {
    fill(from, 5);
    CpuMover mover = mover(threads);
    mover.prepare(copy);
    calls.clear();
    assertEquals(LARGE, mover.copy(copy));
    assertFilled(to, 5);
    assertFilled(from, 5);
    assertEquals(
        List.of("begin from READ", "begin to OVERWRITE", "end to OVERWRITE", "end from READ"),
        List.copyOf(calls));
  }

  @Test
  void linesFindTheirNewStrideWithSeveralThreads() throws Exception {
    int lines = 4000;
    Watched wide = new Watched("wide", 1280 * lines);
    Watched narrow = new Watched("narrow", 1200 * lines);
    Layout source = new Layout(1280L * lines, List.of(new Layout.Plane(0, 1280, 1200, lines)));
    Layout target = new Layout(1200L * lines, List.of(new Layout.Plane(0, 1200, 1200, lines)));
    fill(wide, 7);
    assertEquals(1200L * lines, mover(3).copy(new Mover.Copy(wide, source, narrow, target)));
    ByteBuffer read = wide.bytes(0, 1280 * lines);
    ByteBuffer written = narrow.bytes(0, 1200 * lines);
    for (int line = 0; line < lines; line++) {
      assertEquals(read.slice(line * 1280, 1200), written.slice(line * 1200, 1200), "line " + line);
    }
    wide.release();
    narrow.release();
  }

  @Test
  void whateverFailsTheAccessThatBeganEnds() throws Exception {
    fill(from, 5);
    String reading = "begin from READ, end from READ";
    String both = "begin from READ, begin to OVERWRITE, end to OVERWRITE, end from READ";
    assertFailsAfter("", "begin from READ");
    assertFailsAfter(reading, "begin to OVERWRITE");
    assertFailsAfter(both, "bytes from");
    assertFailsAfter(both, "bytes to");
    assertFailsAfter(both, "end to OVERWRITE");
    assertFailsAfter(both, "end from READ");
    to.faulty = true;
    assertThrows(IndexOutOfBoundsException.class, () -> mover(3).copy(copy));
    assertEquals(both, String.join(", ", calls));
    to.faulty = false;
    assertFilled(from, 5);
    mover(3).copy(copy);
    assertFilled(to, 5);
  }

  private void assertFailsAfter(String expected, String fault) throws HeapException {
    for (Watched side : List.of(from, to)) {
      side.fault = fault;
    }
    HeapException failure = assertThrows(HeapException.class, () -> mover(2).copy(copy));
    assertEquals(fault, failure.getMessage());
    assertEquals(expected, String.join(", ", calls));
    for (Watched side : List.of(from, to)) {
      side.fault = "";
    }
    calls.clear();
  }

  @Test
  void aLargeCopyIsMeasuredAheadInsideTheTarget() throws Exception {
    CrewSize size = new CrewSize(2);
    CpuMover mover = new CpuMover(size, new Crew(1));
    fill(from, 5);
    mover.prepare(copy);
    assertFalse(size.isUndecided());
    assertFilled(from, 5);
    assertTrue(calls.contains("begin to READ_WRITE"));
    assertTrue(calls.stream().noneMatch(call -> call.contains("from")), "nothing of the source");
    assertEquals(0, to.accesses.get());
    calls.clear();
    mover.prepare(copy);
    assertEquals(List.of(), List.copyOf(calls), "once");
    mover.copy(copy);
    assertFilled(to, 5);
  }

  @Test
  void asSmallACopyAsIsNotWorthItIsNotMeasured() throws Exception {
    CrewSize size = new CrewSize(2);
    CpuMover mover = new CpuMover(size, new Crew(1));
    Watched small = new Watched("small", LARGE - 1);
    mover.prepare(new Mover.Copy(small, BYTES, to, BYTES));
    assertTrue(size.isUndecided());
    assertEquals(List.of(), List.copyOf(calls));
    assertEquals(LARGE - 1, mover.copy(new Mover.Copy(small, BYTES, to, BYTES)));
    small.release();
  }

  @Test
  void helpersStandByForALargeCopyIfTheyAreWorthItAndHelpWithNoOther() throws Exception {
    for (int threads = 1; threads <= 3; threads++) {
      AtomicInteger started = new AtomicInteger();
      CrewSize size = decided(threads);
      CpuMover mover = new CpuMover(size, new Crew(2, counting(started)));
      Watched small = new Watched("small", LARGE - 1);
      Mover.Copy less = new Mover.Copy(small, BYTES, to, BYTES);
      mover.prepare(less);
      mover.copy(less);
      assertEquals(0, started.get(), threads + " threads, a small copy");
      mover.prepare(copy);
      assertEquals(threads == 1 ? 0 : 2, started.get(), threads + " threads, a large one");
      small.release();
    }
  }

  @Test
  void aLargeCopyThatNobodyPreparedHasAsManyThreads() throws Exception {
    AtomicInteger started = new AtomicInteger();
    new CpuMover(decided(2), new Crew(3, counting(started))).copy(copy);
    assertEquals(1, started.get(), "besides the caller");
  }

  private static ThreadFactory counting(AtomicInteger started) {
    return work -> {
      started.incrementAndGet();
      Thread thread = new Thread(work, "helper");
      thread.setDaemon(true);
      return thread;
    };
  }

  @Test
  void whatATrialTakesIsMeasured() {
    // A clock that is before its zero and goes on by a millisecond at each look.
    AtomicLong now = new AtomicLong(-1_000_000_000_000L);
    CrewSize same = new CrewSize(2);
    new CpuMover(same, new Crew(1), () -> now.getAndAdd(1_000_000)).prepare(copy);
    assertEquals(1, same.threads(), "two are no faster");
    // The same, but each trial takes half as long as the one before.
    AtomicLong step = new AtomicLong(64_000_000);
    CrewSize faster = new CrewSize(2);
    new CpuMover(faster, new Crew(1), () -> now.getAndAdd(step.getAndUpdate(nanos -> nanos / 2)))
        .prepare(copy);
    assertEquals(2, faster.threads());
  }

  @Test
  void bothSidesAreMappedAhead() throws Exception {
    mover(1).prepare(copy);
    assertEquals(1, from.mapped.get());
    assertEquals(1, to.mapped.get());
  }

  @Test
  void aRefusalBeforeTheStallIsLeftToTheCopy() throws Exception {
    for (String fault : List.of("bytes from", "bytes to", "begin to READ_WRITE")) {
      CrewSize size = new CrewSize(2);
      from.fault = fault;
      to.fault = fault;
      new CpuMover(size, new Crew(1)).prepare(copy);
      assertTrue(size.isUndecided());
      assertEquals(0, to.accesses.get());
    }
    CrewSize size = new CrewSize(2);
    to.fault = "";
    to.faulty = true;
    CpuMover mover = new CpuMover(size, new Crew(1));
    assertThrows(IndexOutOfBoundsException.class, () -> mover.prepare(copy));
    assertEquals(0, to.accesses.get());
  }

  @Test
  @Tag("long")
  void copiesAtOnceShareTheHelpers() throws Exception {
    CpuMover mover = mover(3);
    CountDownLatch start = new CountDownLatch(1);
    List<FutureTask<Void>> tasks = List.of(copying(mover, start, 11), copying(mover, start, 12));
    tasks.forEach(task -> new Thread(task).start());
    start.countDown();
    for (FutureTask<Void> task : tasks) {
      task.get(60, TimeUnit.SECONDS);
    }
  }

  /** What is written right after a copy stays. */
  private FutureTask<Void> copying(CpuMover mover, CountDownLatch start, long value) {
    return new FutureTask<>(
        () -> {
          Watched mine = new Watched("from", LARGE);
          Watched other = new Watched("to", LARGE);
          start.await();
          for (int round = 0; round < 20; round++) {
            fill(mine, value + round);
            mover.copy(new Mover.Copy(mine, BYTES, other, BYTES));
            assertFilled(other, value + round);
            fill(other, -value);
            assertFilled(other, -value);
          }
          mine.release();
          other.release();
          return null;
        });
  }

  @Test
  void aSideThatFailsInOnePartFailsTheCopyAndNobodyWritesAfterwards() throws Exception {
    CpuMover mover = mover(3);
    for (int round = 0; round < 50; round++) {
      to.faulty = true;
      Throwable failure = assertThrows(RuntimeException.class, () -> mover.copy(copy));
      assertSame(IndexOutOfBoundsException.class, failure.getClass());
      to.faulty = false;
      fill(to, round);
      assertFilled(to, round);
    }
  }

  @Test
  void ownNumberOfThreadsWorks() throws Exception {
    CpuMover mover = new CpuMover();
    fill(from, 9);
    mover.prepare(copy);
    mover.copy(copy);
    assertFilled(to, 9);
    assertEquals("cpu", mover.name());
  }

  private Backing allocate(String label, int sizeBytes) {
    try {
      return heap.allocate(new Heap.Request(label, sizeBytes));
    } catch (HeapException e) {
      throw new AssertionError(e);
    }
  }

  /** Memory that tells what is done to it, and fails when it is told to. */
  private final class Watched extends ForwardingBacking {
    private final String name;
    final AtomicInteger accesses = new AtomicInteger();
    final AtomicInteger mapped = new AtomicInteger();

    /** The call that is refused. */
    volatile String fault = "";

    /** Whether it gives less than it is asked for, so that the last part fails. */
    volatile boolean faulty;

    Watched(String name, int sizeBytes) {
      super(allocate(name, sizeBytes));
      this.name = name;
    }

    private void strike(String call) throws HeapException {
      if (call.equals(fault)) {
        throw new HeapException(HeapException.Kind.FAILED, call);
      }
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      mapped.incrementAndGet();
      strike("bytes " + name);
      boolean cut = faulty && lengthBytes > 1;
      return memory.bytes(offsetBytes, cut ? lengthBytes - 1 : lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      strike("begin " + name + " " + access);
      calls.add("begin " + name + " " + access);
      accesses.incrementAndGet();
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      calls.add("end " + name + " " + access);
      accesses.decrementAndGet();
      strike("end " + name + " " + access);
    }
  }
}
