package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.FixedView;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Threads that read and write addresses which stay, at all times, while the buffer behind them
 * moves to and fro, is evacuated, and ends. One uses the ByteBuffer, and one the bare pointer, as
 * native code does. Ends with status 0 if each use found the contents at the first use's address,
 * if the address space is given back in the end, and if the process can exit in the midst of it.
 *
 * <p>The hammers write outside of uses, which is allowed and means nothing, so they keep to a part
 * of the memory in which the owner does not look.
 */
final class FixedViewMain {
  private static final int BYTES = 64 << 10;
  private static final int OWNERS = BYTES / 2;
  private static final int ROUNDS_EACH = 500;
  private static final long SLACK_BYTES = 64L << 20;

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final LongAdder passes = new LongAdder();
  private final LongAdder stalePasses = new LongAdder();
  private volatile @Nullable ByteBuffer looked;
  private volatile boolean using;
  private volatile boolean stopped;

  // What the owner did.
  private long begins;
  private long moves;
  private long evacuations;

  /** What was read; otherwise a compiler might leave that out. */
  @SuppressWarnings("unused")
  private volatile long sum;

  private FixedViewMain() {}

  /** Heaps whose memory is not contiguous come first, so that each buffer has to move. */
  static final class ScatteredFirst implements PlacementHeuristic {
    @Override
    public String name() {
      return "scattered-first";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return request.heaps().stream()
          .sorted(Comparator.comparing(heap -> heap.traits().contiguous().is(true)))
          .map(heap -> new Ranked(heap.name(), 0, "scattered first"))
          .toList();
    }
  }

  /** The argument is the number of moves; there are as many evacuations. */
  public static void main(String[] arguments) throws Exception {
    new FixedViewMain().run(Long.parseLong(arguments[0]));
    new FixedViewMain().exitInAUse();
  }

  private static Broker broker() {
    return Broker.builder()
        .discoverHeaps()
        .heaps(Heaps.modelledStandIns())
        .heuristic(new ScatteredFirst())
        .build();
  }

  private List<Thread> startHammers() {
    List<Thread> hammers =
        List.of(
            new Thread(() -> hammer(this::throughByteBuffer), "hammer-bytes"),
            new Thread(() -> hammer(this::throughPointer), "hammer-pointer"));
    hammers.forEach(Thread::start);
    return hammers;
  }

  private void run(long count) throws Exception {
    List<Thread> hammers = startHammers();
    long before = OwnProcess.addressSpaceBytes();
    try (Broker broker = broker()) {
      Device camera = broker.register("camera", Constraints.none());
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      while (moves < count) {
        useOneBuffer(broker, camera, display);
      }
    } finally {
      stopped = true;
    }
    for (Thread hammer : hammers) {
      hammer.join();
    }
    looked = null;
    checkHammers();
    System.out.printf(
        "%,d begins at one address for each buffer, %,d moves, %,d evacuations; %,d accesses by"
            + " other threads, %,d of them begun outside of a use; no fault%n",
        begins, moves, evacuations, accesses(passes), accesses(stalePasses));
    check(
        OwnProcess.collectUntil(() -> OwnProcess.addressSpaceBytes() < before + SLACK_BYTES),
        "the address space is not given back");
    check(OwnProcess.memoryDescriptors() == 0, "descriptors are left");
  }

  /** Reads of all longs, and writes of half of them. */
  private static long accesses(LongAdder passes) {
    return passes.sum() * (BYTES / Long.BYTES) * 3 / 2;
  }

  /** What a use found. */
  private record Found(long address, long generation) {}

  /** One buffer that moves many times. */
  private void useOneBuffer(Broker broker, Device camera, Device display) {
    try (SharedBuffer buffer = broker.export(BlobSpec.of(BYTES));
        Attachment in = buffer.attach(camera);
        FixedView view = in.fixedView(2 * BYTES)) {
      long address = 0;
      for (int round = 0; round < ROUNDS_EACH; round++) {
        long value = begins + 1;
        Found first = use(view, 0, value);
        check(address == 0 || first.address() == address, "the address has changed");
        address = first.address();
        try (Attachment out = buffer.attach(display)) {
          out.map(Access.READ).close();
        }
        Found moved = use(view, value, value + 1);
        check(moved.address() == address, "a move has changed the address");
        check(moved.generation() == first.generation() + 1, "the buffer has not moved");
        moves++;
        check(buffer.tryEvacuate(), "a use holds the memory still");
        evacuations++;
        check(new Pointer(address).getLong(0) == 0, "what was evacuated is shown still");
      }
    }
  }

  /** Looks for what the last use wrote, and writes something else. */
  private Found use(FixedView view, long expected, long next) {
    checkHammers();
    try (FixedView.Use use = view.begin(Access.READ_WRITE)) {
      begins++;
      using = true;
      ByteBuffer bytes = use.bytes();
      for (int at = 0; at < OWNERS; at += Long.BYTES) {
        check(bytes.getLong(at) == expected, "the contents are not there");
        bytes.putLong(at, next);
      }
      looked = bytes;
      return new Found(address(bytes), use.generation());
    } finally {
      using = false;
    }
  }

  /** Ends the process while threads use the addresses, and a use goes on. */
  private void exitInAUse() {
    Broker broker = broker();
    Attachment in =
        broker.export(BlobSpec.of(BYTES)).attach(broker.register("camera", Constraints.none()));
    looked = in.fixedView(BYTES).begin(Access.READ_WRITE).bytes();
    List<Thread> unused = startHammers();
    while (passes.sum() < 2) {
      checkHammers();
      Thread.onSpinWait();
    }
    System.out.println("done");
    System.exit(0);
  }

  private static long address(ByteBuffer bytes) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
  }

  private interface Look {
    void at(ByteBuffer bytes);
  }

  private void hammer(Look look) {
    try {
      while (!stopped) {
        ByteBuffer bytes = looked;
        if (bytes == null) {
          Thread.onSpinWait();
        } else {
          boolean stale = !using;
          look.at(bytes);
          passes.increment();
          if (stale) {
            stalePasses.increment();
          }
        }
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private void throughByteBuffer(ByteBuffer bytes) {
    long seen = 0;
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      seen += bytes.order(ByteOrder.nativeOrder()).getLong(at);
    }
    for (int at = OWNERS; at < BYTES; at += Long.BYTES) {
      bytes.putLong(at, seen);
    }
    sum = seen;
  }

  private void throughPointer(ByteBuffer bytes) {
    Pointer pointer = new Pointer(address(bytes)); // The ByteBuffer is kept meanwhile.
    byte[] some = new byte[BYTES];
    pointer.read(0, some, 0, BYTES);
    pointer.write(OWNERS, some, OWNERS, OWNERS);
    sum = (long) some[0] + bytes.get(0);
  }

  private void checkHammers() {
    Throwable seen = failure.get();
    if (seen != null) {
      throw new AssertionError("an access outside of a use", seen);
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
