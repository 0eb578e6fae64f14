package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.ScriptedKernel.Call;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** System calls on a descriptor that its owner closes at that moment. */
class DescriptorUseTest {

  private static final Path NODE = Path.of("/dev/null");

  private final int before = OwnProcess.memoryDescriptors();
  private final List<Thread> closers = new ArrayList<>();
  private final List<Integer> others = new ArrayList<>();
  private int uses;

  @AfterEach
  void nothingIsLeft() throws Exception {
    for (Thread each : closers) {
      Await.ended(each);
    }
    others.forEach(OwnProcess::close);
    assertTrue(uses > 0, "no system call was made on the descriptor");
    assertEquals(before, OwnProcess.memoryDescriptors());
  }

  /** What is done with a descriptor of memory. */
  enum Operation {
    DUPLICATE {
      @Override
      void on(LinuxBacking backing) throws HeapException {
        int duplicate = backing.dupFd();
        String target = OwnProcess.target(duplicate);
        OwnProcess.close(duplicate);
        assertTrue(target.startsWith("/memfd:"), target);
      }
    },
    MAP {
      @Override
      void on(LinuxBacking backing) throws HeapException {
        backing.range();
      }
    },
    BEGIN_CPU_ACCESS {
      @Override
      void on(LinuxBacking backing) throws HeapException {
        backing.beginCpuAccess(Access.READ);
      }
    },
    END_CPU_ACCESS {
      @Override
      void on(LinuxBacking backing) throws HeapException {
        backing.endCpuAccess(Access.READ);
      }
    },
    EXPORT_FENCES {
      @Override
      void on(LinuxBacking backing) throws HeapException {
        backing.pendingFence(Access.WRITE);
      }
    },
    IDENTIFY {
      @Override
      void on(LinuxBacking backing) {
        backing.identity();
      }
    };

    abstract void on(LinuxBacking backing) throws HeapException;
  }

  /** A "dma-buf" that is a memfd. */
  private static LinuxBacking memory() throws HeapException {
    Fd fd = Memfd.create("raced", Pages.size(), 0);
    return new LinuxBacking(fd, Pages.size(), true, "raced", new Leftovers(), () -> {});
  }

  @ParameterizedTest
  @EnumSource
  void memoryThatIsReleasedMeanwhileIsTheFileStill(Operation operation) throws Exception {
    LinuxBacking backing = memory();
    int number = backing.fd();
    try (ScriptedKernel kernel =
        new ScriptedKernel(call -> closeMeanwhile(call, number, "/memfd:", backing::release))) {
      operation.on(backing);
    }
    Await.ended(closers.get(0));
    assertThrows(HeapException.class, backing::dupFd);
    assertThrows(HeapException.class, () -> backing.bytes(0, 1));
    assertThrows(HeapException.class, () -> backing.beginCpuAccess(Access.READ));
    assertThrows(HeapException.class, () -> backing.pendingFence(Access.READ));
    assertTrue(backing.identity().isEmpty());
  }

  /** Heaps with a node. */
  enum Node {
    DMA_HEAP {
      @Override
      Source over(Fd fd) {
        return new DmaHeapSource("heap", fd, true);
      }
    },
    UDMABUF {
      @Override
      Source over(Fd fd) throws HeapException {
        return new UdmabufSource("heap", fd, MemfdSource.ordinary("heap"), Long.MAX_VALUE);
      }
    },
    DUMB {
      @Override
      Source over(Fd fd) {
        return new DumbSource("heap", fd, true);
      }
    };

    abstract Source over(Fd fd) throws HeapException;
  }

  @ParameterizedTest
  @EnumSource
  void aHeapThatIsClosedMeanwhileAsksItsOwnNode(Node node) throws Exception {
    Fd fd = Fd.open(NODE, LibC.O_RDWR);
    int number = OwnProcess.newest(NODE);
    Source source = node.over(fd);
    try (ScriptedKernel kernel =
        new ScriptedKernel(call -> closeMeanwhile(call, number, NODE.toString(), source::close))) {
      assertThrows(HeapException.class, () -> source.allocate("frame", 1), "the node is no heap");
    }
    HeapException closed = assertThrows(HeapException.class, () -> source.allocate("frame", 1));
    assertTrue(closed.toString().contains("is closed"), closed.toString());
  }

  /** The descriptor that each call takes, by its place among the arguments. */
  private static int descriptor(Call call) {
    if (Set.of("fcntl", "ioctl", "fstatfs", "pread").contains(call.name())) {
      return (int) call.number(0);
    }
    if (call.is("mmap")) {
      return (int) call.number(4);
    }
    if (call.is("ppoll") && call.arguments().get(0) instanceof byte[] entry) {
      return ByteBuffer.wrap(entry).order(ByteOrder.nativeOrder()).getInt();
    }
    return -1;
  }

  /**
   * Before the first call on the descriptor, closes what owns it in another thread, and opens other
   * files, one of which gets the number if it is free.
   */
  private @Nullable Number closeMeanwhile(Call call, int number, String file, Runnable close) {
    if (descriptor(call) != number) {
      return null;
    }
    if (uses++ == 0) {
      Thread closer = new Thread(close, "closer");
      closers.add(closer);
      closer.start();
      Await.until(
          "closed, or not to be closed yet",
          () -> !closer.isAlive() || closer.getState() == Thread.State.BLOCKED);
      for (int i = 0; i < 3; i++) {
        others.add(OwnProcess.open(Path.of("/dev/zero")));
      }
    }
    String target = OwnProcess.target(number);
    assertTrue(target.startsWith(file), call + " is made on " + target);
    return call.isRequest(Ioctl.DMA_BUF_IOCTL_SYNC) ? 0 : null;
  }
}
