package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maps of a client whose buffer stays where it is, which the client counts by itself. */
class SettledMapTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();
  private static final Constraints CONTIGUOUS =
      Constraints.builder().cpuOnly().contiguous().build();
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Attachment> kept = new ArrayList<>();
  private Broker broker;
  private BrokerService service;
  private RemoteBroker remote;

  @BeforeEach
  void serve() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    ClientLimits limits = ClientLimits.builder().movesPerMinute(1_000_000).build();
    service =
        BrokerService.builder(broker)
            .admission(peer -> new Admitted(ClientTerms.builder().limits(limits).build()))
            .start(folder.resolve("socket"));
    remote = RemoteBroker.connect(folder.resolve("socket"), "player");
  }

  @AfterEach
  void end() throws Exception {
    threads.shutdownNow();
    remote.close();
    service.close();
    broker.close();
    assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
  }

  private Attachment attach(SharedBuffer buffer, String name, Constraints constraints) {
    Device device =
        remote.register(
            DeviceSpec.builder(name)
                .constraints(constraints)
                .longestHold(Duration.ofSeconds(2))
                .build());
    Attachment attachment = buffer.attach(device);
    kept.add(attachment);
    return attachment;
  }

  private List<LeaseState> leases() {
    List<LeaseState> all = new ArrayList<>();
    for (BufferState each : broker.snapshot().buffers()) {
      all.addAll(each.leases());
    }
    return all;
  }

  private long uses() {
    return leases().stream().mapToLong(LeaseState::uses).sum();
  }

  @Test
  void theServiceAsksTheWords() {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = attach(frame, "camera", CPU);
    try (Mapping first = in.map(Access.WRITE);
        Mapping second = in.map(Access.WRITE);
        Mapping reading = in.map(Access.READ)) {
      assertEquals(3, uses());
      assertEquals(3, leases().size()); // Each counts by itself.
      assertFalse(frame.tryEvacuate());
      assertTrue(first.isOpen() && second.isOpen() && reading.isOpen());
      assertEquals("player", leases().get(0).holder());
    }
    assertEquals(0, uses());
    assertEquals(3, leases().size());
    assertEquals(3, service.clients().get(0).attachments() + 2);
    assertTrue(frame.tryEvacuate());
    Await.until("the leases are over", () -> leases().isEmpty());
    in.map(Access.READ).close();
    assertEquals(1, leases().size());
    in.close();
    assertThrows(ClosedException.class, () -> in.map(Access.READ));
    Await.until("the leases are over", () -> leases().isEmpty());
  }

  @Test
  void aMappingEndsOnceThoughSeveralThreadsEndIt() throws Exception {
    Attachment in = attach(remote.export("frame", BlobSpec.of(4096)), "camera", CPU);
    in.map(Access.READ).close();
    for (int round = 0; round < 200; round++) {
      Mapping mapping = in.map(Access.READ);
      CountDownLatch both = new CountDownLatch(2);
      List<Future<?>> ends = new ArrayList<>();
      for (int at = 0; at < 2; at++) {
        ends.add(
            threads.submit(
                () -> {
                  both.countDown();
                  both.await();
                  mapping.close();
                  return null;
                }));
      }
      for (Future<?> each : ends) {
        each.get();
      }
    }
    assertEquals(0, uses());
  }

  @Test
  void aViewHoldsTheMemoryByItself() {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = attach(frame, "camera", CPU);
    Mapping mapping = in.map(Access.WRITE);
    CpuView view = mapping.cpuView();
    mapping.close();
    assertEquals(1, uses());
    view.bytes().putInt(0, 7);
    view.close();
    view.close();
    assertEquals(0, uses());
    assertThrows(ClosedException.class, mapping::cpuView);
    assertThrows(ClosedException.class, mapping::fd);
    assertEquals(0, uses());
  }

  /**
   * This process has the page twice: as the service and as the client. Pages of earlier tests may
   * be there still, until the collector has found their buffers.
   */
  @Test
  void thePageIsLockedKeptFromForksAndReachedByNoDescriptor() throws Exception {
    List<String> flags = new ArrayList<>();
    boolean page = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.contains("/memfd:")) {
        page = line.contains("the page of client player");
      } else if (page && line.startsWith("VmFlags:")) {
        flags.add(line + " ");
        page = false;
      }
    }
    assertTrue(flags.size() >= 2, flags::toString);
    for (String each : flags) {
      assertTrue(each.contains(" dc "), each); // MADV_DONTFORK
      if (PeerCredentials.ownUser() == 0) { // Others' limit of locked memory may be too small.
        assertTrue(each.contains(" lo "), each);
      }
    }
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : open) {
        if (Files.isSymbolicLink(each)) {
          String file = Files.readSymbolicLink(each).toString();
          assertFalse(file.contains("the page of client player"), file);
        }
      }
    }
  }

  /** The map made no message; its end with a fence is one, as the service waits for the fence. */
  @Test
  void theFenceOfACountedMappingReachesTheService() {
    Attachment in = attach(remote.export("frame", BlobSpec.of(4096)), "camera", CPU);
    in.map(Access.WRITE).close();
    Mapping counted = in.map(Access.WRITE);
    CpuView view = counted.cpuView();
    assertEquals(2, uses());
    SyncFile noFence = new SyncFile(counted.fd());
    for (int round = 0; round < 2; round++) {
      String refused =
          String.valueOf(
              assertThrows(IllegalArgumentException.class, () -> counted.closeAfter(noFence))
                  .getMessage());
      assertTrue(refused.contains("the fence of an unmap is none"), refused);
      assertTrue(refused.contains("/memfd:"), refused);
      assertTrue(counted.isOpen());
      assertEquals(2, uses()); // The mapping goes on, and may end with another fence.
    }
    view.close();
    counted.close();
    assertEquals(0, uses());
    assertThrows(ClosedException.class, () -> counted.closeAfter(noFence));
    assertTrue(in.buffer().tryEvacuate());
  }

  @Test
  void anEndLetsAMoveGoOn() throws Exception {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = attach(frame, "camera", CPU);
    Mapping writing = in.map(Access.WRITE);
    try (CpuView view = writing.cpuView()) {
      view.bytes().putInt(0, 42);
    }
    Attachment out = attach(frame, "display", CONTIGUOUS);
    CompletableFuture<Mapping> late = out.mapAsync(Access.READ, LONG);
    Await.until("the word is shut", () -> leases().stream().noneMatch(LeaseState::open));
    assertFalse(late.isDone());
    writing.close();
    try (Mapping mapping = late.get(60, TimeUnit.SECONDS);
        CpuView view = mapping.cpuView()) {
      assertEquals("cma", mapping.heapName());
      assertEquals(42, view.bytes().getInt(0));
    }
  }

  @Test
  void aMapThatTimesOutLeavesNothingThoughItIsGrantedLater() throws Exception {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = attach(frame, "camera", CPU);
    try (Mapping writing = in.mapAsync(Access.WRITE).join()) { // No thread's that waits below.
      Attachment out = attach(frame, "display", CONTIGUOUS);
      assertThrows(
          WaitTimeoutException.class, () -> out.map(Access.READ, Duration.ofMillis(50)).close());
      CompletableFuture<Mapping> cancelled = out.mapAsync(Access.READ, LONG);
      assertTrue(cancelled.cancel(false));
      assertTrue(writing.isOpen());
    }
    Await.until("nothing is in use", () -> uses() == 0);
    CompletableFuture<?> all = CompletableFuture.completedFuture(null);
    for (int round = 0; round < 300; round++) { // Some are granted before they are called off.
      CompletableFuture<Mapping> asked = kept.get(1).mapAsync(Access.READ_WRITE, LONG);
      if (!asked.cancel(false)) {
        CompletableFuture<?> unused = asked.thenAccept(Mapping::close);
      }
      all = asked;
    }
    assertTrue(all.isDone());
    Await.until("nothing is in use", () -> uses() == 0);
    kept.get(1).map(Access.READ).close();
  }

  @Test
  void leasesAreUsedAndAskedBack() throws Exception {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = attach(frame, "camera", CPU);
    List<LeaseRecalled> recalls = new CopyOnWriteArrayList<>();
    Lease lease = in.map(Access.WRITE).lease("encoder", recalls::add);
    assertEquals(1, lease.uses());
    assertTrue(lease.tryUse());
    assertEquals(2, uses());
    lease.endUse();
    lease.endUse();
    assertThrows(IllegalStateException.class, lease::endUse);
    assertEquals(0, uses());
    assertTrue(lease.isOpen());
    Attachment out = attach(frame, "display", CONTIGUOUS);
    out.map(Access.READ, LONG).close();
    Await.until("the lease is asked back", () -> !recalls.isEmpty());
    assertEquals(LeaseRecalled.Cause.MOVE, recalls.get(0).cause());
    assertEquals("encoder", recalls.get(0).holder());
    assertFalse(lease.tryUse());
    assertFalse(lease.isOpen());
    assertEquals(1, recalls.size());
    try (KeptMapping kept = KeptMapping.of(in, Access.WRITE, "encoder", recalls::add)) {
      for (int round = 0; round < 10; round++) {
        Lease use = kept.use();
        assertEquals("cma", use.heapName());
        use.endUse();
      }
      assertEquals(1, leases().stream().filter(each -> each.access() == Access.WRITE).count());
    }
    in.close();
  }

  @Test
  void threadsOfClientsThatWaitForOneAnotherAreRefusedAtOnce() throws Exception {
    SharedBuffer one = remote.export("one", BlobSpec.of(4096));
    SharedBuffer two = remote.export("two", BlobSpec.of(4096));
    Attachment oneIn = attach(one, "camera-1", CPU);
    Attachment twoIn = attach(two, "camera-2", CPU);
    CountDownLatch both = new CountDownLatch(2);
    Future<?> first = threads.submit(() -> holdAndWait(oneIn, both, two, "display-2"));
    Future<?> second = threads.submit(() -> holdAndWait(twoIn, both, one, "display-1"));
    List<Throwable> refused = new ArrayList<>();
    for (Future<?> each : List.of(first, second)) {
      try {
        each.get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        refused.add(e.getCause());
      }
    }
    assertEquals(1, refused.size(), refused.toString());
    String text = String.valueOf(assertInstanceOf(WouldDeadlockException.class, refused.get(0)));
    assertTrue(text.contains("of client player waits to map"), text);
  }

  private Object holdAndWait(
      Attachment held, CountDownLatch both, SharedBuffer other, String display) throws Exception {
    try (Mapping holding = held.map(Access.WRITE)) {
      both.countDown();
      both.await();
      Attachment late = attach(other, display, CONTIGUOUS);
      late.map(Access.READ, LONG).close();
      assertTrue(holding.isOpen());
    }
    return "moved";
  }

  @Test
  void aThreadThatWouldWaitForItselfIsRefusedAtOnce() {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = attach(frame, "camera", CPU);
    try (Mapping writing = in.map(Access.WRITE)) {
      Attachment out = attach(frame, "display", CONTIGUOUS);
      assertThrows(WouldDeadlockException.class, () -> out.map(Access.READ, LONG).close());
      assertTrue(writing.isOpen());
    }
    kept.get(1).map(Access.READ, LONG).close();
  }

  @Test
  void whoeverGoesWithCountedMappingsHoldsNothing() throws Exception {
    SharedBuffer frame;
    try (RemoteBroker other = RemoteBroker.connect(folder.resolve("socket"), "other")) {
      frame = other.export("frame", BlobSpec.of(4096));
      Attachment in = frame.attach(other.register("camera", CPU));
      Mapping unused = in.map(Access.READ);
      assertEquals(1, uses());
    }
    Await.until("the buffer has gone", () -> broker.snapshot().buffers().isEmpty());
  }

  /**
   * Two writers and three readers map all the time, in two clients of which each has the page of
   * its own, while the buffer is moved to and fro. A frame is a number that all its bytes have.
   */
  @Test
  void noContentsAreLostAndNoneIsOldWhileABufferMoves() throws Exception {
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    ReadWriteLock turn = new ReentrantReadWriteLock();
    List<Future<?>> all = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      Attachment in = attach(frame, "writer-" + number, CPU);
      all.add(
          threads.submit(
              () -> {
                while (!over.get()) {
                  turn.writeLock().lock(); // Contents are whole outside of it.
                  try {
                    try (Mapping mapping = in.map(Access.WRITE, LONG);
                        CpuView view = mapping.cpuView()) {
                      fill(view, written.get() + 1);
                    }
                    written.incrementAndGet();
                  } finally {
                    turn.writeLock().unlock();
                  }
                }
                return null;
              }));
    }
    AtomicInteger reads = new AtomicInteger();
    for (int number = 0; number < 3; number++) {
      Attachment in = attach(frame, "reader-" + number, CPU);
      all.add(
          threads.submit(
              () -> {
                while (!over.get()) {
                  turn.readLock().lock();
                  try (Mapping mapping = in.map(Access.READ, LONG);
                      CpuView view = mapping.cpuView()) {
                    assertEquals(written.get(), read(view));
                  } finally {
                    turn.readLock().unlock();
                  }
                  reads.incrementAndGet();
                }
                return null;
              }));
    }
    int moves = moves(frame, all);
    over.set(true);
    for (Future<?> each : all) {
      each.get(60, TimeUnit.SECONDS);
    }
    Await.until("nothing is in use", () -> uses() == 0);
    assertTrue(reads.get() > 0 && written.get() > 0 && moves > 0);
    System.out.println(written + " frames written, " + reads + " read, in " + moves + " moves");
  }

  /** Has the buffer move for a device, and back for another, as often as there is time. */
  private int moves(SharedBuffer frame, List<Future<?>> all) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    int moves = 0;
    while (System.nanoTime() - end < 0 || moves < 4) {
      for (Future<?> each : all) {
        if (each.isDone()) {
          throw new AssertionError("a thread has ended: " + each.get());
        }
      }
      Constraints other =
          moves % 2 == 0
              ? CONTIGUOUS
              : Constraints.builder().cpuOnly().permittedHeaps("system").build();
      Device device = remote.register("late-" + moves, other);
      try (Attachment late = frame.attach(device);
          Mapping mapping = late.map(Access.READ, LONG)) {
        assertEquals(moves % 2 == 0 ? "cma" : "system", mapping.heapName());
      }
      device.close();
      moves++;
    }
    return moves;
  }

  private static void fill(CpuView view, int number) {
    for (int at = 0; at < 1024; at++) {
      view.bytes().putInt(4 * at, number);
    }
  }

  private static int read(CpuView view) {
    int first = view.bytes().getInt(0);
    for (int at = 1; at < 1024; at++) {
      assertEquals(first, view.bytes().getInt(4 * at));
    }
    return first;
  }
}
