package dev.dmabroker.allocators.linux;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.ScriptedKernel.Call;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import dev.dmabroker.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Faults at the border to the kernel. Each operation runs once to count its system calls. Then it
 * runs for each call and each reason for which that call may fail, with that one failure. The
 * operation succeeds or says the reason, and leaves nothing behind; and the next one succeeds.
 */
class FaultInjectionTest {

  private static final Path NODE = Path.of("/dev/null");

  /** The reasons for which calls are made to fail, by the call's name. */
  private static final Map<String, List<Errno>> REASONS =
      Map.ofEntries(
          Map.entry("open", List.of(Errno.EINTR, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM)),
          Map.entry("close", List.of(Errno.EINTR)),
          Map.entry("ioctl", List.of(Errno.EINTR, Errno.ENOMEM, Errno.EMFILE, Errno.ENODEV)),
          Map.entry("fcntl", List.of(Errno.EMFILE, Errno.EBADF)),
          Map.entry("memfd_create", List.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM)),
          Map.entry("ftruncate", List.of(Errno.EINTR, Errno.EFBIG, Errno.EINVAL)),
          Map.entry("fallocate", List.of(Errno.EINTR, Errno.ENOMEM, Errno.ENOSPC)),
          Map.entry("lseek", List.of(Errno.EBADF)),
          Map.entry("pread", List.of(Errno.EINTR, Errno.EFAULT)),
          Map.entry("mmap", List.of(Errno.ENOMEM, Errno.EAGAIN)),
          Map.entry("munmap", List.of(Errno.ENOMEM)),
          Map.entry("mremap", List.of(Errno.ENOMEM)),
          Map.entry("ppoll", List.of(Errno.EINTR, Errno.ENOMEM)),
          Map.entry("eventfd", List.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM)),
          Map.entry("fstatfs", List.of(Errno.EBADF)),
          Map.entry("syscall", List.of(Errno.ENOMEM, Errno.EPERM)),
          Map.entry("sysconf", List.of()));

  /** Calls that make a descriptor. */
  private static final Set<String> MAKING = Set.of("open", "fcntl", "memfd_create", "eventfd");

  /** Calls that are made to undo something, which is undone even though the call fails. */
  private static final Set<String> UNDOING = Set.of("close", "munmap");

  /** Calls that ask whether a file is a dma-buf: to fail is an answer. */
  private static final Set<String> ASKING = Set.of("fstatfs", "lseek");

  /** Heaps that a provider may not find on this machine. */
  private static final Pattern ELSEWHERE = Pattern.compile(".*-huge|udmabuf-node.*");

  /** Something that is done with memory. */
  interface Operation {
    void run() throws Exception;
  }

  /** The operations, each with its own memory or heaps, which it gives back. */
  enum Scenario {
    MEMFD {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) throws Exception {
        MemfdSource source = MemfdSource.ordinary("memfd");
        return () -> use(source.allocate("frame", 1));
      }
    },
    MEMFD_AT_A_NODE {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) throws Exception {
        MemfdSource source = MemfdSource.ordinary("memfd-node0").at(0);
        return () -> use(source.allocate("frame", 1));
      }
    },
    UDMABUF {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) throws Exception {
        MemfdSource memory = MemfdSource.ordinary("udmabuf");
        return () -> {
          try (Source source = new UdmabufSource("udmabuf", node(), memory, Long.MAX_VALUE)) {
            use(source.allocate("frame", 1));
          }
        };
      }
    },
    DMA_HEAP {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> {
          try (Source source = new DmaHeapSource("system", node(), true)) {
            use(source.allocate("frame", 1));
          }
        };
      }
    },
    DUMB {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> {
          try (Source source = new DumbSource("drm-card0", node(), true)) {
            use(source.allocate("frame", 1));
          }
        };
      }
    },
    V4L2 {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> {
          try (Fd node = node();
              Fd.Use use = node.use();
              Source source = V4l2Source.of("video0", use.number(), /* output= */ false)) {
            use(source.allocate("frame", 1));
          }
        };
      }
    },
    IMPORT {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> {
          try (Fd foreign = Memfd.create("foreign", Pages.size(), 0);
              Fd.Use use = foreign.use()) {
            Backing backing = DmaBufImport.of(use.number()).open();
            use(backing);
          }
        };
      }
    },
    DISCOVER_MEMFD {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> discover(new MemfdProvider());
      }
    },
    DISCOVER_NUMA {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> discover(new NumaProvider(new int[] {0, 0}));
      }
    },
    DISCOVER_UDMABUF {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) {
        return () -> discover(new UdmabufProvider(NODE, KernelVersion.current()));
      }
    },
    DISCOVER_DMA_HEAPS {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) throws Exception {
        Files.createSymbolicLink(folder.resolve("system"), NODE);
        return () -> discover(new DmaHeapProvider(folder));
      }
    },
    DISCOVER_DUMB {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) throws Exception {
        Files.createSymbolicLink(folder.resolve("card0"), NODE);
        return () -> discover(new DumbProvider(folder));
      }
    },
    DISCOVER_V4L2 {
      @Override
      Operation over(ScriptedDrivers drivers, Path folder) throws Exception {
        Files.createSymbolicLink(folder.resolve("video0"), NODE);
        return () -> discover(new V4l2Provider(folder));
      }
    };

    abstract Operation over(ScriptedDrivers drivers, Path folder) throws Exception;

    /** To look for heaps takes its time, so each call there fails for one reason only, in turn. */
    List<Errno> some(List<Errno> reasons, int at) {
      return name().startsWith("DISCOVER") && !reasons.isEmpty()
          ? List.of(reasons.get(at % reasons.size()))
          : reasons;
    }

    private static Fd node() throws HeapException {
      try {
        return Fd.open(NODE, LibC.O_RDWR);
      } catch (Fd.OpenFailure e) {
        throw e.errno().failure("opening the node");
      }
    }

    /** Does all that can be done with memory, and gives it back. */
    private static void use(Backing backing) throws HeapException {
      try {
        backing.beginCpuAccess(Access.READ_WRITE);
        backing.bytes(0, 1).put(0, (byte) 1);
        backing.endCpuAccess(Access.READ_WRITE);
        int unused = backing.fd();
        OwnProcess.close(backing.dupFd());
        Optional<SyncFile> fence = backing.pendingFence(Access.WRITE);
        fence.ifPresent(it -> OwnProcess.close(it.fd()));
        Optional<Object> unusedToo = backing.identity();
      } finally {
        backing.release();
      }
    }

    /** Lets a provider look, and closes what it finds. Says why a heap stays closed. */
    private static void discover(HeapProvider provider) throws HeapException {
      List<Finding> findings = provider.discover();
      String closed = "";
      for (Finding each : findings) {
        if (each instanceof Open open) {
          open.heap().close();
        } else if (each instanceof Closed it && !ELSEWHERE.matcher(it.heap()).matches()) {
          closed += it;
        }
      }
      if (!closed.isEmpty()) {
        throw new Refused(closed);
      }
    }
  }

  /** A heap that does not open. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why);
    }
  }

  /** Lets one call fail, and the drivers answer the others. */
  private static final class Fault implements ScriptedKernel.Script {
    private final ScriptedDrivers drivers;
    private final int at;
    private final @Nullable Errno reason;
    private final boolean lasting;
    final List<Call> calls = new ArrayList<>();

    /**
     * Makes a fault.
     *
     * @param at the number of the call that fails, from 0; -1 for none
     * @param reason why it fails; null if it reads less than asked for
     * @param lasting whether all later calls that make descriptors fail, too
     */
    Fault(ScriptedDrivers drivers, int at, @Nullable Errno reason, boolean lasting) {
      this.lasting = lasting;
      this.drivers = drivers;
      this.at = at;
      this.reason = reason;
    }

    @Override
    public @Nullable Number answer(Call call) {
      calls.add(call);
      int number = calls.size() - 1;
      if (number != at && !(lasting && number > at && MAKING.contains(call.name()))) {
        return drivers.answer(call);
      }
      if (reason == null) {
        return call.arguments().get(1) instanceof byte[] buffer
            ? LibC.calls().pread((int) call.number(0), buffer, 1, call.number(3))
            : LibC.calls().pread((int) call.number(0), call.number(1), 1, call.number(3));
      }
      if (call.is("close")) {
        LibC.calls().close((int) call.number(0));
      } else if (call.is("munmap")) {
        LibC.calls().munmap(call.number(0), call.number(1));
      }
      return ScriptedKernel.failure(reason);
    }
  }

  @TempDir
  @SuppressWarnings("NullAway.Init") // set before each test
  Path folder;

  private final ScriptedDrivers drivers = new ScriptedDrivers();
  private List<String> before = List.of();

  @BeforeEach
  void systemCalls() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
  }

  @ParameterizedTest
  @EnumSource
  void eachFaultIsAnErrorThatSaysWhyAndLeavesNothing(Scenario scenario) throws Exception {
    Operation operation = scenario.over(drivers, folder);
    List<Call> first = clean(operation); // What is looked up once is known from here on.
    List<Call> calls = clean(operation);
    assertTrue(calls.size() <= first.size());
    before = left();
    for (int at = 0; at < calls.size(); at++) {
      String name = calls.get(at).name();
      for (Errno reason : scenario.some(REASONS.getOrDefault(name, List.of()), at)) {
        fails(operation, calls, at, reason, /* lasting= */ false);
      }
      if (name.equals("pread")) {
        fails(operation, calls, at, null, /* lasting= */ false);
      }
      if (MAKING.contains(name)) {
        fails(operation, calls, at, Errno.EMFILE, /* lasting= */ true);
      }
      List<Call> unused = clean(operation);
    }
  }

  @Test
  void aDescriptorThatBecameAnotherFilesIsNotImported() throws Exception {
    try (ScriptedKernel kernel = new ScriptedKernel(drivers)) {
      int number;
      try (Fd foreign = Memfd.create("foreign", Pages.size(), 0)) {
        number = foreign.lend();
        DmaBufImport imported = DmaBufImport.of(number);
        imported.open().release();
        foreign.close();
        int other = OwnProcess.open(NODE);
        assertEquals(number, other, "the lowest number that is free");
        HeapException refusal = assertThrows(HeapException.class, imported::open);
        assertTrue(refusal.toString().contains("another file's"), refusal.toString());
        OwnProcess.close(other);
        refusal = assertThrows(HeapException.class, imported::open);
        assertTrue(refusal.toString().contains("EBADF"), refusal.toString());
      }
    }
  }

  @Test
  void memoryThatFaultsIsOutOfTheCpusReach() throws Exception {
    Files.createSymbolicLink(folder.resolve("system"), NODE);
    drivers.givesNoPages = true;
    try (ScriptedKernel kernel = new ScriptedKernel(drivers)) {
      Open found = (Open) new DmaHeapProvider(folder).discover().get(0);
      assertTrue(found.heap().traits().cpuReach().is(false), found.toString());
      assertTrue(found.heap().traits().cpuReach().source().contains("EFAULT"), found.toString());
      found.heap().close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "eventfd, 24",
    "eventfd, 12",
    "ioctl, 4",
    "ppoll, 4",
    "ppoll, 12",
    "eventfd_read, 4",
    "eventfd_read, 11",
    "eventfd_write, 11",
    "close, 4",
    "mmap, 12"
  })
  void fencesAreWaitedForInSpiteOfAFault(String call, int errno) throws Exception {
    LinuxFencePoller poller = new LinuxFencePoller();
    BlockingQueue<OptionalInt> told = new LinkedBlockingQueue<>();
    before = left();
    AtomicBoolean due = new AtomicBoolean(true);
    try (ScriptedKernel kernel =
        new ScriptedKernel(
            thread -> true,
            each -> {
              if (each.is(call) && due.compareAndSet(true, false)) {
                if (each.is("close")) {
                  LibC.calls().close((int) each.number(0));
                }
                return ScriptedKernel.failure(new Errno(errno));
              }
              return each.isRequest(Ioctl.SYNC_IOC_FILE_INFO) ? 0 : null;
            })) {
      for (int i = 0; i < 3; i++) {
        int fence = LibC.calls().eventfd(1, LibC.EFD_CLOEXEC);
        if (fence == -1) {
          continue;
        }
        watch(poller, new SyncFile(fence), told);
      }
      Await.until("all have ended", EMULATED, () -> poller.pending() == 0);
      poller.close();
      Await.until("nothing is left", EMULATED, () -> more().isEmpty());
    }
    told.forEach(outcome -> assertTrue(outcome.isEmpty()));
    assertTrue(told.size() >= 2);
  }

  private static void watch(
      LinuxFencePoller poller, SyncFile fence, BlockingQueue<OptionalInt> told) {
    try {
      poller.watch(fence, told::add);
    } catch (HeapException e) {
      OwnProcess.close(fence.fd()); // It was not taken over.
    }
  }

  /** Runs it without a fault: the calls that it made. */
  private List<Call> clean(Operation operation) throws Exception {
    Fault none = new Fault(drivers, -1, null, /* lasting= */ false);
    try (ScriptedKernel kernel = new ScriptedKernel(none)) {
      operation.run();
    } catch (HeapException | Refused e) {
      Assumptions.abort("this machine refuses: " + e.getMessage());
    }
    return none.calls;
  }

  private void fails(
      Operation operation, List<Call> calls, int at, @Nullable Errno reason, boolean lasting)
      throws Exception {
    Fault fault = new Fault(drivers, at, reason, lasting);
    String what =
        reason
            + (lasting ? " from here on," : "")
            + " of call "
            + at
            + " of "
            + calls.size()
            + ", "
            + calls.get(at);
    String said = "";
    try (ScriptedKernel kernel = new ScriptedKernel(fault)) {
      operation.run();
    } catch (HeapException e) {
      said = String.valueOf(e.getMessage());
      if (reason == null) {
        throw new AssertionError(what, e);
      }
      assertEquals(reason.kind(), e.kind(), () -> what + ": " + e);
    } catch (Refused e) {
      said = String.valueOf(e.getMessage());
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what, e);
    }
    Call failed = fault.calls.get(at);
    assertEquals(calls.get(at).name(), failed.name(), "the calls are made in one order");
    if (!said.isEmpty()) {
      assertFalse(reason == null || reason.equals(Errno.EINTR), what + ": " + said);
      assertFalse(UNDOING.contains(failed.name()), what + ": " + said);
      assertTrue(
          said.contains(String.valueOf(reason)) || ASKING.contains(failed.name()),
          what + ": " + said);
    }
    if (isGivingBack(failed) && !Errno.EINTR.equals(reason)) {
      drivers.end(); // The driver frees what it did not take back when its node is closed.
    }
    assertTrue(drivers.hasNothingOut(), what);
    assertTrue(
        more().isEmpty() || OwnProcess.collectUntil(() -> more().isEmpty()),
        () -> what + " leaves " + more());
  }

  /** Whether a driver is asked to take something back. */
  private static boolean isGivingBack(Call call) {
    return call.isRequest(DrmMode.DRM_IOCTL_MODE_DESTROY_DUMB)
        || call.isRequest(VideoDev2.VIDIOC_REQBUFS)
        || call.isRequest(VideoDev2.VIDIOC_REMOVE_BUFS);
  }

  /**
   * What is there that was not there before. What was there may go meanwhile: the collector unmaps
   * memory of earlier tests.
   */
  private List<String> more() {
    List<String> more = left();
    before.forEach(more::remove);
    return more;
  }

  /** The descriptors and mappings of memory and devices. */
  private static List<String> left() {
    List<String> left = new ArrayList<>(OwnProcess.descriptors());
    left.addAll(OwnProcess.memoryMappings());
    return left;
  }
}
