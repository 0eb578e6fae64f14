package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Threads that read and write ByteBuffers kept past their views, while buffers are moved and closed
 * under them. Ends with status 0 if nobody saw what is another buffer's, and the address space is
 * given back in the end.
 *
 * <p>Every word that is written tells whose it is: {@code number << 2}, and one bit for what its
 * owner wrote through a view, another for what was written through a stale ByteBuffer. So a word of
 * a buffer, seen through whatever ByteBuffer of it, has its number or is zero; and once the memory
 * is given back, nothing that the owner wrote is left.
 */
final class StaleViewMain {
  private static final int BYTES = 64 << 10;
  private static final int WORDS = 512;
  private static final int KEPT = 48;
  private static final int HAMMERS = 2;
  private static final int ROUNDS_BETWEEN_COLLECTIONS = 250;
  private static final long SLACK_BYTES = 64L << 20;
  private static final long SLACK_MAPS = 200;
  private static final long DEADLINE_NANOS = 120_000_000_000L;
  private static final long OWNERS = 1;
  private static final long STALE = 2;

  private final AtomicReferenceArray<@Nullable Kept> kept = new AtomicReferenceArray<>(KEPT);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private volatile boolean stopped;

  /** ByteBuffers of one buffer, which stay. */
  private record Kept(long number, ByteBuffer whole, ByteBuffer readOnly, LongBuffer words) {
    static Kept of(long number, ByteBuffer bytes) {
      // Part of a part, so that what is kept is not what the view gave.
      ByteBuffer slice = bytes.slice(4096, BYTES - 4096).order(ByteOrder.nativeOrder());
      return new Kept(
          number,
          bytes.duplicate().order(ByteOrder.nativeOrder()),
          slice.asReadOnlyBuffer().order(ByteOrder.nativeOrder()),
          slice.asLongBuffer());
    }
  }

  /** So that the contiguous heap is taken only by who needs it, and each buffer has to move. */
  private static final class ScatteredFirst implements PlacementHeuristic {
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

  private StaleViewMain() {}

  /** The arguments are the number of buffers, and {@code unmap} to break the promise on purpose. */
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    boolean unmaps = arguments.length > 1 && arguments[1].equals("unmap");
    new StaleViewMain().run(rounds, unmaps);
    System.out.println("done");
  }

  private void run(int rounds, boolean unmaps) throws Exception {
    List<Thread> hammers = new ArrayList<>();
    for (int i = 0; i < HAMMERS; i++) {
      Thread hammer = new Thread(new Hammer(i), "hammer-" + i);
      hammer.start();
      hammers.add(hammer);
    }
    try (Broker broker =
        Broker.builder()
            .discoverHeaps()
            .heaps(Heaps.modelledStandIns())
            .heuristic(new ScatteredFirst())
            .build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      if (unmaps) {
        unmap(round(broker, camera, display, 1).whole());
      }
      int warmUp = rounds / 10;
      rounds(broker, camera, display, 1, warmUp);
      forget();
      System.gc();
      long bytes = OwnProcess.addressSpaceBytes();
      long maps = maps();
      System.out.println("begins with " + bytes + " bytes in " + maps + " maps");
      rounds(broker, camera, display, warmUp, rounds / 2);
      System.out.println("half way");
      rounds(broker, camera, display, rounds / 2, rounds);
      System.out.println("had " + OwnProcess.addressSpaceBytes() + " bytes in " + maps() + " maps");
      forget();
      stopped = true;
      for (Thread hammer : hammers) {
        hammer.join();
      }
      checkHammers();
      boolean givenBack =
          OwnProcess.collectUntil(
              () ->
                  OwnProcess.addressSpaceBytes() < bytes + SLACK_BYTES
                      && maps() < maps + SLACK_MAPS);
      System.out.println("ends with " + OwnProcess.addressSpaceBytes() + " in " + maps());
      check(givenBack, "the address space is not given back");
      check(OwnProcess.memoryDescriptors() == 0, "descriptors are left");
    } finally {
      stopped = true;
    }
  }

  private void rounds(Broker broker, Device camera, Device display, int from, int to) {
    for (int i = from; i < to; i++) {
      round(broker, camera, display, i);
      checkHammers();
      if (i % ROUNDS_BETWEEN_COLLECTIONS == 0) {
        System.gc();
      }
    }
  }

  /** A move and a closing. */
  private Kept round(Broker broker, Device camera, Device display, long number) {
    Kept before;
    Kept after;
    try (SharedBuffer buffer = broker.export(BlobSpec.of(BYTES));
        Attachment in = buffer.attach(camera)) {
      try (Mapping mapping = in.map(Access.READ_WRITE);
          CpuView view = mapping.cpuView()) {
        ByteBuffer bytes = view.bytes();
        check(scan(bytes, 0, 0), "fresh memory is not zero");
        fill(bytes, number << 2 | OWNERS);
        before = Kept.of(number, bytes);
        keep(before);
      }
      try (Attachment out = buffer.attach(display);
          Mapping mapping = out.map(Access.READ_WRITE, Duration.ofNanos(DEADLINE_NANOS));
          CpuView view = mapping.cpuView()) {
        ByteBuffer bytes = view.bytes();
        check(mapping.generation() == 2, "it has not moved");
        check(scan(bytes, number, OWNERS | STALE), "what was moved is not its own");
        fill(bytes, number << 2 | OWNERS);
        after = Kept.of(number, bytes);
        keep(after);
      }
      if (number % 3 == 0) {
        check(buffer.tryEvacuate(), "it is mapped still");
      }
    }
    for (Kept one : List.of(before, after)) {
      untilGone(one.whole(), number);
    }
    return after;
  }

  /** Memory is given back a moment after who waited for the move, or closed, goes on. */
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it polls; nothing relies on who runs.
  private static void untilGone(ByteBuffer bytes, long number) {
    long start = System.nanoTime();
    while (!scan(bytes, number, STALE)) {
      check(System.nanoTime() - start < DEADLINE_NANOS, "memory given back is not zero");
      Thread.yield();
    }
  }

  private void keep(Kept one) {
    kept.set(random.nextInt(KEPT), one);
  }

  private void forget() {
    for (int i = 0; i < KEPT; i++) {
      kept.set(i, null);
    }
  }

  private static void fill(ByteBuffer bytes, long word) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      bytes.putLong(at, word);
    }
  }

  /** Whether all words are zero, or the number's and of these origins. */
  private static boolean scan(ByteBuffer bytes, long number, long origins) {
    boolean own = true;
    for (int at = 0; at + Long.BYTES <= bytes.capacity(); at += Long.BYTES) {
      own &= belongs(bytes.getLong(at), number, origins);
    }
    return own;
  }

  private static boolean belongs(long word, long number, long origins) {
    return word == 0 || (word >>> 2 == number && (word & 3 & ~origins) == 0);
  }

  /** Each access of its kind, over and over, without a look at what becomes of the buffer. */
  private final class Hammer implements Runnable {
    private final SplittableRandom random;
    private final long[] words = new long[WORDS];
    private final byte[] scratch = new byte[WORDS * Long.BYTES];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(WORDS * Long.BYTES);

    Hammer(int seed) {
      random = new SplittableRandom(seed);
    }

    @Override
    public void run() {
      try (FileChannel channel =
          FileChannel.open(
              Files.createTempFile("stale-view", null),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        while (!stopped) {
          Kept one = kept.get(random.nextInt(KEPT));
          if (one == null) {
            Thread.onSpinWait();
          } else {
            use(one, channel);
          }
        }
      } catch (IOException | RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }

    private void use(Kept one, FileChannel channel) throws IOException {
      long number = one.number();
      long mark = number << 2 | STALE;
      int at = random.nextInt(BYTES / Long.BYTES - WORDS) * Long.BYTES;
      int inSlice = random.nextInt(one.words().capacity() - WORDS);
      switch (random.nextInt(9)) {
        case 0 -> check(scan(one.whole(), number, OWNERS | STALE), "reading");
        case 1 -> check(scan(one.readOnly(), number, OWNERS | STALE), "reading only");
        case 2 -> write(one.whole(), at, mark);
        case 3 -> {
          one.words().get(inSlice, words);
          checkWords(number, "bulk get");
        }
        case 4 -> {
          Arrays.fill(words, mark);
          one.words().put(inSlice, words);
        }
        case 5 -> {
          direct.put(0, one.whole(), at, direct.capacity());
          one.whole().get(at, scratch);
          ByteBuffer.wrap(scratch).order(ByteOrder.nativeOrder()).asLongBuffer().get(0, words);
          checkWords(number, "copy");
        }
        case 6 -> {
          // What it answers means nothing, as others write.
          check(one.whole().slice(4096, BYTES - 4096).mismatch(one.readOnly()) >= -1, "mismatch");
        }
        case 7 -> channel.write(one.whole().slice(at, WORDS * Long.BYTES), 0);
        default -> {
          ByteBuffer marks = one.whole().slice(at, WORDS * Long.BYTES);
          Arrays.fill(words, mark);
          direct.duplicate().order(ByteOrder.nativeOrder()).asLongBuffer().put(words);
          channel.write(direct.duplicate(), 0);
          channel.read(marks, 0);
        }
      }
    }

    private void write(ByteBuffer bytes, int from, long word) {
      for (int at = from; at < from + WORDS * Long.BYTES; at += Long.BYTES) {
        bytes.putLong(at, word);
      }
    }

    private void checkWords(long number, String what) {
      for (long word : words) {
        check(belongs(word, number, OWNERS | STALE), what);
      }
    }
  }

  private void checkHammers() {
    Throwable seen = failure.get();
    if (seen != null) {
      throw new AssertionError("a stale ByteBuffer", seen);
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static long maps() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * What must not happen to memory that a ByteBuffer refers to. A hammer that reads or writes the
   * hole itself ends the JVM; one that lets the kernel do it is answered EFAULT.
   */
  private void unmap(ByteBuffer bytes) {
    LibC.calls().munmap(Pointer.nativeValue(Native.getDirectBufferPointer(bytes)), BYTES);
    // Nothing else is mapped in the meantime, which might fill the hole.
    long start = System.nanoTime();
    while (System.nanoTime() - start < DEADLINE_NANOS) {
      checkHammers();
      Thread.onSpinWait();
    }
  }
}
