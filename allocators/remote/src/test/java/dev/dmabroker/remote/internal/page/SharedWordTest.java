package dev.dmabroker.remote.internal.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.SharedMemory;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.internal.gate.BufferLease;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.remote.internal.page.ClientWords.SharedWord;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Leases of the broker whose words lie in a page that a client shares. The test is the client: it
 * changes the page as one does that follows the rules, or as one that does not.
 */
class SharedWordTest {
  private static final int BYTES = 4096;
  private static final int WORDS = BYTES / PageWord.BYTES;

  private Broker broker;
  private SharedMemory memory;
  private SharedMemory.Made made;
  private ClientWords words;
  private SharedBuffer buffer;
  private Attachment attachment;
  private final List<LeaseRecalled> recalls = new CopyOnWriteArrayList<>();

  @BeforeEach
  void share() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    made = SharedMemory.create("a page", BYTES);
    words = new ClientWords(made.memory().bytes());
    memory = SharedMemory.map(made.descriptor(), BYTES, "the client's page");
    buffer = broker.export("frame", BlobSpec.of(4096));
    attachment =
        buffer.attach(
            broker.register(
                DeviceSpec.builder("camera")
                    .constraints(Constraints.builder().cpuOnly().build())
                    .longestHold(Duration.ofMillis(50))
                    .build()));
  }

  @AfterEach
  void end() {
    broker.close();
    made.descriptor().close();
    made.memory().release();
    memory.release();
  }

  /** A word as the client has it. */
  private PageWord client(int number) {
    return new PageWord(memory.bytes(), number);
  }

  private record Lease(BufferLease lease, SharedWord word) {}

  private Lease lease(Access access) {
    BufferMapping mapping = (BufferMapping) attachment.map(access);
    SharedWord word = words.take();
    assertNotNull(word);
    return new Lease(mapping.lease("player", recalls::add, word), word);
  }

  /** The client's map; false if it was shut, and the one was taken back. */
  private boolean begin(SharedWord word) {
    long seen = client(word.number()).add(PageWord.ONE);
    if ((seen & PageWord.LOW & ~PageWord.RING) == PageWord.open(word.tag())) {
      return true;
    }
    boolean unused = end(word);
    return false;
  }

  /** The client's unmap; returns whether it has to ring. */
  private boolean end(SharedWord word) {
    long seen = client(word.number()).add(-PageWord.ONE);
    return !PageWord.saysOpen(seen) || (seen & PageWord.RING) != 0;
  }

  private Device display() {
    return broker.register(
        DeviceSpec.builder("display")
            .constraints(Constraints.builder().cpuOnly().contiguous().build())
            .build());
  }

  private CompletableFuture<Mapping> moveForLate() {
    Attachment late = buffer.attach(display());
    return late.mapAsync(Access.READ, Duration.ofSeconds(60));
  }

  @Test
  void aWordCountsForItsLease() {
    Lease lease = lease(Access.WRITE);
    assertEquals(1, lease.lease.uses());
    assertTrue(begin(lease.word));
    assertEquals(2, lease.lease.uses());
    assertFalse(end(lease.word));
    assertFalse(end(lease.word));
    assertEquals(0, lease.lease.uses());
    assertTrue(buffer.tryEvacuate()); // It stands, and is not used.
    assertFalse(begin(lease.word));
    assertEquals(LeaseRecalled.Cause.EVACUATION, recall().cause());
    assertEquals(0, words.inUse());
  }

  private LeaseRecalled recall() {
    Await.until("the lease is asked back", () -> !recalls.isEmpty());
    return recalls.remove(0);
  }

  @Test
  void aUseHoldsUpAMoveUntilItEndsAndRings() throws Exception {
    Lease lease = lease(Access.WRITE);
    CompletableFuture<Mapping> late = moveForLate();
    assertEquals(LeaseRecalled.Cause.MOVE, recall().cause());
    assertFalse(begin(lease.word));
    assertTrue(end(lease.word));
    lease.lease.rung();
    try (Mapping mapping = late.join()) {
      assertEquals("cma", mapping.heapName());
    }
  }

  @Test
  void aReaderIsShutWhenTheBufferHasMoved() {
    Lease lease = lease(Access.READ);
    try (Mapping mapping = moveForLate().join()) {
      assertEquals("cma", mapping.heapName());
    }
    assertFalse(begin(lease.word)); // It would read what is old.
    assertEquals(1, lease.lease.uses());
    assertEquals(1, words.inUse());
    assertEquals(1, broker.snapshot().buffers().get(0).retired());
    assertTrue(end(lease.word));
    lease.lease.rung();
    Await.until(
        "the old memory is given back", () -> broker.snapshot().buffers().get(0).retired() == 0);
    assertEquals(0, words.inUse());
  }

  @Test
  void aWordIsReusedAtZeroAloneAndWithAnotherTag() {
    Lease first = lease(Access.READ);
    int number = first.word.number();
    boolean unused = end(first.word);
    long late = client(number).add(PageWord.ONE); // A thread that goes on later.
    assertTrue(PageWord.saysOpen(late));
    unused = end(first.word);
    first.lease.close();
    assertFalse(words.has(first.word));
    unused = end(first.word); // Another one adds, and has not taken it back: a forged count, too.
    for (int i = 0; i < 2 * WORDS; i++) {
      SharedWord other = words.take();
      assertNotNull(other);
      assertNotEquals(number, other.number());
      other.end();
    }
    client(number).add(PageWord.ONE);
    SharedWord again = null;
    for (int i = 0; i < WORDS && (again == null || again.number() != number); i++) {
      if (again != null) {
        again.end();
      }
      again = words.take();
    }
    assertNotNull(again);
    assertEquals(number, again.number());
    again.start(true, 0);
    assertNotEquals(first.word.tag(), again.tag());
    assertFalse(begin(first.word)); // What the late thread takes for its word is another's.
    assertEquals(1, again.count(again.look()));
  }

  @Test
  void aUseThatIsTakenBackIsCountedOnBothSidesOfAnOpening() {
    Lease first = lease(Access.READ);
    boolean unused = end(first.word);
    first.lease.close();
    SharedWord again = words.take();
    for (int i = 1; i < WORDS && again != null && again.number() != first.word.number(); i++) {
      again.end();
      again = words.take();
    }
    assertNotNull(again);
    long seen = client(again.number()).add(PageWord.ONE); // Reads the old tag, or none.
    assertNotEquals(PageWord.open(first.word.tag()), seen & PageWord.LOW);
    again.start(true, 0);
    assertEquals(2, again.count(again.look()));
    unused = end(first.word); // Taken back, as the tag was another.
    assertEquals(1, again.count(again.look()));
    assertTrue(again.isOpen(again.look()));
  }

  @Test
  void wordsRunOut() {
    for (int i = 0; i < WORDS; i++) {
      assertNotNull(words.take());
    }
    assertNull(words.take());
    assertEquals(WORDS, words.inUse());
  }

  /** Words as no client that follows the rules leaves them, with a use in it at first. */
  static Stream<Long> forged() {
    return LongStream.of(
            0,
            -1,
            1,
            2,
            3,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            PageWord.ONE,
            -PageWord.ONE,
            -PageWord.OWN,
            PageWord.open(1) + 65535 * PageWord.ONE,
            PageWord.LOW,
            PageWord.open(2),
            PageWord.open(1),
            PageWord.open(1) | PageWord.RING,
            PageWord.open(1) - 1 + 1000 * PageWord.ONE,
            0x5555555555555555L,
            0xAAAAAAAAAAAAAAAAL)
        .boxed();
  }

  @ParameterizedTest
  @MethodSource("forged")
  void aForgedWordHurtsNoOther(long forged) {
    Lease lease = lease(Access.WRITE);
    long seen = client(lease.word.number()).look();
    assertTrue(client(lease.word.number()).change(seen, forged));
    assertTrue(lease.lease.uses() >= 0);
    assertNotNull(lease.lease.toString());
    assertNotNull(broker.snapshot().toString());
    Attachment other = buffer.attach(broker.register("other", Constraints.none()));
    other.map(Access.WRITE).close(); // Nothing is asked of the client for that.
    Attachment late = buffer.attach(display());
    boolean free = lease.word.count(client(lease.word.number()).look()) == 0;
    boolean moved;
    try (Mapping mapping = late.map(Access.READ, Duration.ofMillis(free ? 30_000 : 300))) {
      moved = mapping.heapName().equals("cma");
    } catch (BrokerException held) {
      moved = false;
      assertTrue(String.valueOf(held.getMessage()).contains("player"), held.toString());
    }
    long count = lease.word.count(client(lease.word.number()).look());
    assertEquals(moved, count == 0, "counted as " + count);
    other.map(Access.READ).close();
    lease.word.die(); // The process is gone.
    lease.lease.close();
    try (Mapping mapping = late.map(Access.READ, Duration.ofSeconds(60))) {
      assertEquals("cma", mapping.heapName());
    }
    assertEquals(0, words.inUse());
  }

  @Test
  void aClientThatChangesAWordAllTheTimeHoldsUpNoCall() throws Exception {
    Lease lease = lease(Access.WRITE);
    boolean[] over = new boolean[1];
    Thread hostile =
        new Thread(
            () -> {
              long value = 1;
              while (!over[0] && !Thread.interrupted()) {
                client(lease.word.number()).add(value);
                value = value * 6364136223846793005L + 1442695040888963407L;
              }
            });
    hostile.start();
    try {
      for (int i = 0; i < 1000; i++) {
        boolean unused = lease.lease.tryUse();
        assertTrue(lease.lease.uses() >= 0);
        lease.lease.rung();
      }
      SharedWord word = words.take();
      assertNotNull(word);
      word.start(true, 0);
      Attachment late = buffer.attach(display());
      assertThrows(
          BrokerException.class, () -> late.map(Access.READ, Duration.ofMillis(100)).close());
    } finally {
      hostile.interrupt();
      hostile.join();
    }
    lease.word.die();
    lease.lease.close();
    buffer.evacuate();
  }

  @Test
  void aHoleInThePageIsAShutWordThatNoUseIsIn() {
    Lease lease = lease(Access.READ);
    long seen = client(lease.word.number()).look();
    assertTrue(client(lease.word.number()).change(seen, 0));
    assertFalse(begin(lease.word));
    assertFalse(lease.lease.tryUse());
    assertEquals(0, lease.lease.uses());
    assertTrue(buffer.tryEvacuate());
  }

  @Test
  void theTimeOfAUseIsAHint() {
    Lease lease = lease(Access.READ);
    long before = lease.word.since();
    client(lease.word.number()).setBegun(lease.word.begun() + 1);
    client(lease.word.number()).setTime(System.nanoTime());
    long after = lease.word.since();
    assertTrue(after - before >= 0, before + " " + after);
    client(lease.word.number()).setBegun(lease.word.begun() + 1);
    client(lease.word.number()).setTime(Long.MAX_VALUE); // In the future: believed to be now.
    long forged = lease.word.since();
    assertTrue(forged - after >= 0 && forged - after < Duration.ofHours(1).toNanos());
    client(lease.word.number()).setBegun(lease.word.begun() + 1);
    client(lease.word.number()).setTime(Long.MIN_VALUE);
    assertTrue(lease.word.since() - forged >= 0);
    assertFalse(end(lease.word));
  }
}
