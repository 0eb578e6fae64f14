package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
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
import org.jspecify.annotations.Nullable;

/**
 * Threads that read and write addresses which stay, at all times, while the buffer behind them
 * moves to and fro, is evacuated, and ends. Some use the ByteBuffer, and one the bare pointer, as
 * native code does. Ends with status 0 if each use found the contents at the first use's address,
 * and the address space is given back in the end.
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
  private volatile @Nullable ByteBuffer looked;
  private volatile boolean stopped;

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

  /** The argument is the number of new places: half by moves, half after evacuations. */
  public static void main(String[] arguments) throws Exception {
    new FixedViewMain().run(Integer.parseInt(arguments[0]));
    System.out.println("done");
  }

  private void run(int moves) throws Exception {
    List<Thread> hammers =
        List.of(
            new Thread(() -> hammer(this::throughByteBuffer), "hammer-bytes"),
            new Thread(() -> hammer(this::throughPointer), "hammer-pointer"));
    hammers.forEach(Thread::start);
    long before = OwnProcess.addressSpaceBytes();
    long generations = 0;
    try (Broker broker =
        Broker.builder()
            .discoverHeaps()
            .heaps(Heaps.modelledStandIns())
            .heuristic(new ScatteredFirst())
            .build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      while (generations < moves) {
        generations += buffer(broker, camera, display, generations + 1);
      }
    } finally {
      stopped = true;
    }
    for (Thread hammer : hammers) {
      hammer.join();
    }
    looked = null;
    checkHammers();
    System.out.println(
        "uses found the contents at one address in each of " + generations + " new places");
    check(
        OwnProcess.collectUntil(() -> OwnProcess.addressSpaceBytes() < before + SLACK_BYTES),
        "the address space is not given back");
    check(OwnProcess.memoryDescriptors() == 0, "descriptors are left");
  }

  /** One buffer that moves many times; returns how often. */
  private long buffer(Broker broker, Device camera, Device display, long value) {
    long moves = 0;
    try (SharedBuffer buffer = broker.export(BlobSpec.of(BYTES));
        Attachment in = buffer.attach(camera);
        FixedView view = in.fixedView(2 * BYTES)) {
      long address = 0;
      long last = 0;
      for (int round = 0; round < ROUNDS_EACH; round++) {
        try (FixedView.Use use = view.begin(Access.READ_WRITE)) {
          ByteBuffer bytes = use.bytes();
          long now = address(bytes);
          check(address == 0 || now == address, "the address has changed");
          address = now;
          moves += last == 0 ? 0 : use.generation() - last;
          last = use.generation();
          boolean fresh = round % 2 == 0; // It is the first, or the buffer was evacuated.
          long expected = fresh ? 0 : value + round - 1;
          for (int at = 0; at < OWNERS; at += Long.BYTES) {
            check(bytes.getLong(at) == expected, "the contents are not there");
          }
          for (int at = 0; at < OWNERS; at += Long.BYTES) {
            bytes.putLong(at, value + round);
          }
          looked = bytes;
        }
        checkHammers();
        if (round % 2 == 0) {
          try (Attachment out = buffer.attach(display);
              Mapping mapping = out.map(Access.READ)) {
            check(mapping.generation() > 0, "no place");
          }
        } else {
          check(buffer.tryEvacuate(), "a use holds it still");
          check(first(address) == 0, "what was evacuated is shown still");
        }
      }
    }
    return moves;
  }

  private static long address(ByteBuffer bytes) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
  }

  private static long first(long address) {
    return new Pointer(address).getLong(0);
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
          look.at(bytes);
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
