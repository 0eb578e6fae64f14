package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The poller's own behaviour, with eventfds in the place of fences, on any Linux. */
class LinuxFencePollerTest {

  private final EventFds events = new EventFds();
  private final LinuxFencePoller poller = new LinuxFencePoller(events);
  private final BlockingQueue<OptionalInt> told = new LinkedBlockingQueue<>();

  /** Eventfds; what they hold when read is one more than the errno. */
  private static final class EventFds implements FenceKind {
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Override
    public void check(int fd) {}

    @Override
    public int outcome(int fd) {
      Throwable failure = failures.poll();
      if (failure instanceof Error error) {
        throw error;
      }
      byte[] value = new byte[Long.BYTES];
      return LibC.calls().eventfd_read(fd, value) == 0
          ? Byte.toUnsignedInt(low(value)) - 1
          : NO_FENCE;
    }

    @Override
    public OptionalLong signalledNanos(int fd) {
      return OptionalLong.empty();
    }

    private static byte low(byte[] value) {
      boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
      return value[little ? 0 : value.length - 1];
    }
  }

  @BeforeEach
  void systemCalls() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
  }

  @AfterEach
  void noThreadIsLeft() {
    poller.close();
    Await.until("all fences have ended", EMULATED, () -> poller.pending() == 0);
    Await.until("the thread has ended", EMULATED, () -> threads().isEmpty());
  }

  private static List<Thread> threads() {
    List<Thread> threads = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("dmabroker-fences")) {
        threads.add(thread);
      }
    }
    return threads;
  }

  private int event() {
    int fd = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
    assertTrue(fd >= 0, () -> Errno.last().toString());
    return fd;
  }

  private int watchedEvent(Consumer<OptionalInt> whenSignalled) throws HeapException {
    int fd = event();
    poller.watch(new SyncFile(fd), whenSignalled);
    return fd;
  }

  private static void signal(int fd, int errno) {
    assertEquals(0, LibC.calls().eventfd_write(fd, errno + 1));
  }

  private OptionalInt next() throws InterruptedException {
    return Events.next(told, EMULATED);
  }

  private static boolean isOpen(int fd) {
    return LibC.calls().fcntl(fd, LibC.F_GETFD, 0) != -1;
  }

  @Test
  void tellsTheOutcomeOnceAndClosesTheDescriptorBefore() throws Exception {
    BlockingQueue<Boolean> open = new LinkedBlockingQueue<>();
    int[] fd = {event()};
    poller.watch(
        new SyncFile(fd[0]),
        outcome -> {
          open.add(isOpen(fd[0]));
          told.add(outcome);
        });
    assertEquals(1, poller.pending());
    assertTrue(isOpen(fd[0]));
    signal(fd[0], 0);
    assertEquals(OptionalInt.empty(), next());
    assertEquals(List.of(false), List.copyOf(open));
    assertEquals(0, poller.pending());

    signal(watchedEvent(told::add), 5);
    assertEquals(OptionalInt.of(5), next());
    assertTrue(told.isEmpty());
  }

  @Test
  void whatHasSignalledBeforeIsToldFromTheThreadToo() throws Exception {
    int fd = event();
    signal(fd, 0);
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    poller.watch(new SyncFile(fd), outcome -> threads.add(Thread.currentThread()));
    Thread thread = Events.next(threads, EMULATED);
    assertEquals("dmabroker-fences", thread.getName());
    assertTrue(thread.isDaemon());
  }

  @Test
  void hasAThreadWhileThereAreFencesOnly() throws Exception {
    assertEquals(List.of(), threads());
    int one = watchedEvent(told::add);
    int other = watchedEvent(told::add);
    assertEquals(1, threads().size());
    signal(one, 0);
    next();
    assertEquals(1, threads().size());
    signal(other, 0);
    next();
    Await.until("the thread has ended", EMULATED, () -> threads().isEmpty());
    signal(watchedEvent(told::add), 0);
    next();
  }

  @Test
  void noFenceIsLostWhenTheThreadEndsAndComesBack() throws Exception {
    // Each fence is added while the thread that served the one before may be ending.
    for (int i = 0; i < 2_000; i++) {
      signal(watchedEvent(told::add), 0);
      assertEquals(OptionalInt.empty(), next());
    }
  }

  @Test
  void threadsAddWhileOthersSignal() throws Exception {
    int each = 2_000;
    AtomicInteger ended = new AtomicInteger();
    // A kernel gives a process 4,096 descriptors without being asked for more.
    Semaphore descriptors = new Semaphore(500);
    List<Thread> adders = new ArrayList<>();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Consumer<OptionalInt> whenSignalled =
        outcome -> {
          ended.incrementAndGet();
          descriptors.release();
        };
    for (int t = 0; t < 4; t++) {
      Thread adder =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < each; i++) {
                    descriptors.acquireUninterruptibly();
                    signal(watchedEvent(whenSignalled), 0);
                  }
                } catch (HeapException | RuntimeException | Error e) {
                  failures.add(e);
                }
              });
      adder.start();
      adders.add(adder);
    }
    for (Thread adder : adders) {
      adder.join();
    }
    assertEquals(List.of(), List.copyOf(failures));
    Await.until("all have ended", EMULATED, () -> ended.get() == 4 * each);
  }

  @Test
  void aCallbackMayAddAFence() throws Exception {
    int second = event();
    int first =
        watchedEvent(
            outcome -> {
              try {
                poller.watch(new SyncFile(second), told::add);
              } catch (HeapException e) {
                throw new AssertionError(e);
              }
            });
    signal(first, 0);
    signal(second, 3);
    assertEquals(OptionalInt.of(3), next());
  }

  @Test
  void aCallbackThatThrowsIsLoggedAndTheOthersAreServed() throws Exception {
    Queue<Throwable> logged = new ConcurrentLinkedQueue<>();
    Logger logger = Logger.getLogger(LinuxFencePoller.class.getName());
    Handler handler = logged(logged);
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    int last = watchedEvent(told::add);
    try {
      List<Throwable> thrown =
          List.of(
              new IllegalStateException("a test's"),
              new OutOfMemoryError("a test's"),
              new StackOverflowError("a test's"));
      for (Throwable each : thrown) {
        signal(watchedEvent(outcome -> sneak(each)), 0);
      }
      Await.until("all three are logged", EMULATED, () -> logged.size() == 3);
      assertTrue(logged.containsAll(thrown), logged.toString());
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    assertEquals(1, poller.pending());
    signal(last, 0);
    next();
  }

  private static Handler logged(Queue<Throwable> to) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        to.add(record.getThrown());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void whatFailsBeforeTheCallbackIsTriedAgain() throws Exception {
    Logger logger = Logger.getLogger(LinuxFencePoller.class.getName());
    logger.setUseParentHandlers(false);
    try {
      events.failures.add(new OutOfMemoryError("a test's"));
      // A thread that a callback has interrupted still pauses, and does not spin.
      signal(watchedEvent(outcome -> Thread.currentThread().interrupt()), 0);
      signal(watchedEvent(told::add), 7);
      assertEquals(OptionalInt.of(7), next());
      assertTrue(told.isEmpty());
    } finally {
      Await.until("all have ended", EMULATED, () -> poller.pending() == 0);
      logger.setUseParentHandlers(true);
    }
  }

  @Test
  void aDescriptorThatOthersHaveClosedEndsWithAnError() throws Exception {
    int fd = renumbered(event());
    poller.watch(new SyncFile(fd), told::add);
    int other = watchedEvent(outcome -> {});
    LibC.calls().close(fd);
    // While the thread is in ppoll that holds the file; the other fence makes it look again.
    signal(other, 0);
    assertEquals(OptionalInt.of(Errno.EBADF.code()), next());
  }

  @Test
  void aDescriptorThatHasBecomeAnotherFilesIsLeftOpen() throws Exception {
    int fd = renumbered(event());
    poller.watch(new SyncFile(fd), told::add);
    int other = watchedEvent(outcome -> {});
    LibC.calls().close(fd);
    int reused =
        renumbered(LibC.calls().open(Fd.text("/dev/null"), LibC.O_RDONLY | LibC.O_CLOEXEC, 0));
    assertEquals(fd, reused);
    signal(other, 0);
    assertEquals(OptionalInt.of(Errno.EBADF.code()), next());
    assertEquals("/dev/null", OwnProcess.target(reused));
    LibC.calls().close(reused);
  }

  /** Under a number that nobody else is given, as the kernel gives out the lowest that is free. */
  private static int renumbered(int fd) {
    int high = LibC.calls().fcntl(fd, LibC.F_DUPFD_CLOEXEC, 1_000);
    assertTrue(high >= 1_000, () -> Errno.last().toString());
    LibC.calls().close(fd);
    return high;
  }

  @Test
  void aClosedPollerRefusesAndWaitsForWhatItHas() throws Exception {
    int watched = watchedEvent(told::add);
    poller.close();
    poller.close();
    int refused = event();
    HeapException refusal =
        assertThrows(HeapException.class, () -> poller.watch(new SyncFile(refused), told::add));
    assertTrue(refusal.toString().contains("closed"), refusal.toString());
    assertTrue(isOpen(refused), "it is still the caller's");
    LibC.calls().close(refused);
    assertEquals(1, poller.pending());
    assertEquals(1, threads().size());
    signal(watched, 0);
    assertEquals(OptionalInt.empty(), next());
  }

  @Test
  void tenThousandWaitInOneThread() throws Exception {
    int fences = (int) Math.min(10_000, descriptorLimit() - 1_000);
    Assumptions.assumeTrue(fences > 1_000, "needs a higher limit of descriptors");
    CountDownLatch ended = new CountDownLatch(fences);
    List<Integer> fds = new ArrayList<>();
    for (int i = 0; i < fences; i++) {
      fds.add(watchedEvent(outcome -> ended.countDown()));
    }
    assertEquals(fences, poller.pending());
    assertEquals(1, threads().size());
    Thread thread = threads().get(0);
    // Every other one first, so that holes appear everywhere.
    for (int i = 0; i < fences; i += 2) {
      signal(fds.get(i), 0);
    }
    Await.until("one half has ended", EMULATED, () -> poller.pending() == fences / 2);
    assertSame(thread, threads().get(0));
    for (int i = 1; i < fences; i += 2) {
      signal(fds.get(i), 0);
    }
    assertTrue(ended.await(120, TimeUnit.SECONDS));
    for (int fd : fds) {
      assertFalse(isOpen(fd) && OwnProcess.target(fd).contains("eventfd"));
    }
  }

  private static long descriptorLimit() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/limits")).stream()
        .filter(line -> line.startsWith("Max open files"))
        .mapToLong(line -> Long.parseLong(line.split(" +", -1)[3]))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatIsNoFenceIsRefusedAndStaysTheCallers() throws Exception {
    FencePoller real = ServiceLoader.load(FencePoller.class).findFirst().orElseThrow();
    assertEquals(LinuxFencePoller.class, real.getClass());
    int fd = event();
    try (Fd memfd = Memfd.create("not a fence", Pages.size(), 0)) {
      for (int each : new int[] {fd, memfd.lend()}) {
        HeapException refusal =
            assertThrows(HeapException.class, () -> real.watch(new SyncFile(each), told::add));
        String text = refusal.toString();
        assertTrue(text.contains("descriptor " + each), text);
        assertTrue(text.contains("expected a sync file"), text);
        assertTrue(text.contains("ENOTTY"), text);
        assertTrue(text.contains(OwnProcess.target(each)), text);
        assertTrue(isOpen(each));
      }
    } finally {
      LibC.calls().close(fd);
    }
    HeapException closed =
        assertThrows(HeapException.class, () -> real.watch(new SyncFile(1_000_000_000), told::add));
    assertTrue(closed.toString().contains("EBADF"), closed.toString());
    assertEquals(0, real.pending());
    assertEquals(List.of(), threads());
    assertTrue(told.isEmpty());
  }
}
