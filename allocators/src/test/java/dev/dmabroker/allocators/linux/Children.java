package dev.dmabroker.allocators.linux;

import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.allocators.ImportedDmaBuf;
import dev.dmabroker.allocators.MemoryRefusedException;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;

/** Main classes for {@link ChildJvm}. Each ends with status 0 if all is as it should be. */
final class Children {

  private Children() {}

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static Heap heap(String name) {
    for (HeapProvider provider : ServiceLoader.load(HeapProvider.class)) {
      for (Finding finding : provider.discover()) {
        if (finding instanceof Open open) {
          if (open.heap().name().equals(name) || open.heap().aliases().contains(name)) {
            return open.heap();
          }
          open.heap().close();
        }
      }
    }
    throw new AssertionError("there is no heap " + name);
  }

  /** Prints what is found; the argument is a folder in place of /dev/dma_heap. */
  static final class Discover {
    private Discover() {}

    public static void main(String[] arguments) {
      if (arguments.length > 0) {
        new DmaHeapProvider(Path.of(arguments[0])).discover().forEach(System.out::println);
        return;
      }
      for (HeapProvider provider : ServiceLoader.load(HeapProvider.class)) {
        provider.discover().forEach(System.out::println);
      }
      Heaps.modelledStandIns().discover().forEach(System.out::println);
      try {
        ModelledHeap.builder("model").build().allocate(new Heap.Request("x", 1)).release();
        System.out.println("modelled: allocated");
      } catch (HeapException e) {
        System.out.println("modelled: " + e.kind());
      }
    }
  }

  /** Prints what each way into this module says where no system call can be made. */
  static final class WithoutNativeAccess {
    private WithoutNativeAccess() {}

    /** Something that fails. */
    private interface Way {
      Object go() throws HeapException;
    }

    public static void main(String[] arguments) {
      print("memfd", () -> Heaps.memfd().discover());
      print(
          "modelled",
          () -> ModelledHeap.builder("model").build().allocate(new Heap.Request("x", 1)));
      print("imported", () -> ImportedDmaBuf.of(0));
      print(
          "fence",
          () -> {
            new LinuxFencePoller().watch(new SyncFile(0), outcome -> {});
            return "watched";
          });
    }

    private static void print(String what, Way way) {
      try {
        System.out.println(what + ": " + way.go());
      } catch (HeapException | MemoryRefusedException e) {
        System.out.println(what + ": " + e.getMessage());
      }
    }
  }

  /** Uses ByteBuffers while and after their memory is released. The argument names the heap. */
  static final class Stale {
    private static final int BYTES = 1 << 20;
    private static final int ROUNDS = 50;

    private Stale() {}

    public static void main(String[] arguments) throws Exception {
      Heap heap = heap(arguments[0]);
      for (int round = 0; round < ROUNDS; round++) {
        Backing backing = heap.allocate(new Heap.Request("stale", BYTES));
        ByteBuffer bytes = backing.bytes(0, BYTES);
        AtomicBoolean released = new AtomicBoolean();
        Thread user = new Thread(() -> hammer(bytes, released));
        user.start();
        bytes.put(0, (byte) round);
        backing.release();
        released.set(true);
        user.join();
        bytes.put(BYTES - 1, (byte) 7);
        check(bytes.get(BYTES - 1) == 7, "a stale buffer keeps what it is given");
      }
      System.gc();
    }

    private static void hammer(ByteBuffer bytes, AtomicBoolean released) {
      boolean last;
      do {
        last = released.get();
        for (int at = 0; at < BYTES; at += 4096) {
          bytes.putLong(at, bytes.getLong(at) + 1);
        }
      } while (!last);
    }
  }

  /** Takes all descriptors there are. The argument names the heap. */
  static final class Exhaust {
    private Exhaust() {}

    public static void main(String[] arguments) throws Exception {
      Heap heap = heap(arguments[0]);
      // Loads the test's own classes, for class files are opened by descriptor, too.
      OwnProcess.memoryDescriptors();
      check(refusal(heap, Long.MAX_VALUE) != Kind.NO_DESCRIPTORS, "absurd size");
      Backing one = heap.allocate(new Heap.Request("one", 1));
      List<Backing> all = new ArrayList<>();
      Kind kind = null;
      while (kind == null) {
        try {
          all.add(heap.allocate(new Heap.Request("many", 1)));
        } catch (HeapException e) {
          kind = e.kind();
        }
      }
      check(kind == Kind.NO_DESCRIPTORS, "refused with " + kind);
      check(all.size() > 5, "allocated " + all.size());
      check(duplicateRefusal(one) == Kind.NO_DESCRIPTORS, "dup");
      one.bytes(0, 1).put(0, (byte) 1);
      int held = all.size();
      all.forEach(Backing::release);
      all.clear();
      for (int i = 0; i < held; i++) {
        all.add(heap.allocate(new Heap.Request("again", 1)));
      }
      all.forEach(Backing::release);
      one.release();
      heap.close();
    }

    private static Kind refusal(Heap heap, long bytes) {
      try {
        heap.allocate(new Heap.Request("x", bytes)).release();
        throw new AssertionError("allocated " + bytes);
      } catch (HeapException e) {
        return e.kind();
      }
    }

    /** A heap may need two descriptors to give one, and so leave one free. */
    private static Kind duplicateRefusal(Backing backing) {
      List<Integer> duplicates = new ArrayList<>();
      try {
        while (true) {
          duplicates.add(backing.dupFd());
        }
      } catch (HeapException e) {
        duplicates.forEach(OwnProcess::close);
        return e.kind();
      }
    }
  }
}
