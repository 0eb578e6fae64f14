package dev.dmabroker.internal.broker;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Lease;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.broker.Faults.Site;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** All that can be done to a broker and its buffers, by any number of threads at once. */
final class SoakActions {
  static final int SIZE = 4096;
  private static final int SET = 4;
  private static final int MOST_ATTACHED = 5;
  private static final int MOST_KEPT = 2;
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final Broker broker;
  private final List<Device> devices;
  private final Faults faults;
  private final SoakFences fences;
  private final AtomicReferenceArray<Cell> cells;

  final AtomicLong operations = new AtomicLong();
  final AtomicLong maps = new AtomicLong();
  final AtomicLong refused = new AtomicLong();
  final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** Maps that were asked for and have not ended. */
  final AtomicLong asked = new AtomicLong();

  private final AtomicLong values = new AtomicLong();
  private final long most;
  private final long pauseNanos;
  private volatile boolean stop;

  /** A buffer, and what must be in it. Who changes that has the turn. */
  private static final class Cell {
    final SharedBuffer buffer;
    final List<Attachment> attachments = new CopyOnWriteArrayList<>();
    final Map<Attachment, KeptMapping> kept = new ConcurrentHashMap<>();
    final SoakContents contents = new SoakContents(SIZE);
    final Semaphore turn = new Semaphore(1);

    Cell(SharedBuffer buffer) {
      this.buffer = buffer;
    }
  }

  /** What a thread holds on to for a while. */
  private record Kept(AutoCloseable what, Runnable lastLook) {}

  /**
   * Makes the buffers.
   *
   * @param most after how many operations each thread ends
   * @param pause a thread waits for some times that after an operation
   */
  SoakActions(
      Broker broker,
      List<Device> devices,
      int buffers,
      long most,
      Duration pause,
      Faults faults,
      SoakFences fences) {
    this.most = most;
    this.pauseNanos = pause.toNanos();
    this.broker = broker;
    this.devices = devices;
    this.faults = faults;
    this.fences = fences;
    this.cells = new AtomicReferenceArray<>(buffers);
    for (int i = 0; i < buffers / 2; i++) {
      put(i, broker.export(BlobSpec.of(SIZE)));
    }
    for (int i = buffers / 2; i < buffers; i += SET) {
      exportSet(i, Math.min(SET, buffers - i));
    }
  }

  private void exportSet(int first, int count) {
    List<SharedBuffer> set = broker.exportSet("set-" + first, BlobSpec.of(SIZE), count);
    for (int i = 0; i < count; i++) {
      put(first + i, set.get(i));
    }
  }

  /** Whatever is out of the buffer that was there stays valid. */
  private void put(int which, SharedBuffer buffer) {
    Cell before = cells.getAndSet(which, new Cell(buffer));
    if (before != null) {
      close(before);
    }
  }

  void stop() {
    stop = true;
  }

  /** Does one thing after the other until told to stop, or something is wrong. */
  void work(Random random) {
    List<Kept> kept = new ArrayList<>();
    try {
      for (long done = 0; done < most && !stop && failures.isEmpty(); done++) {
        try {
          act(random, kept);
        } catch (BrokerException | Faults.Fault e) {
          refused.incrementAndGet();
        }
        operations.incrementAndGet();
        if (pauseNanos > 0) {
          // In a simulation, threads that go on at one moment meet; so there are few moments.
          World.here().sleep(Duration.ofNanos(Math.max(0, random.nextInt(60) - 56) * pauseNanos));
        }
        Thread.interrupted(); // What the next action is to meet, it meets by itself.
        if (kept.size() > MOST_KEPT) {
          end(kept.remove(random.nextInt(kept.size())));
        }
      }
      for (Kept each : kept) {
        end(each);
      }
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  /** Attaches one device, then another that cannot be served in one place with it, and so on. */
  void flip(Random random, List<Device> clashing) {
    try {
      for (long done = 0; done < most && !stop && failures.isEmpty(); done++) {
        Cell cell = cells.get(random.nextInt(cells.length()));
        Device device = clashing.get((int) (done % clashing.size()));
        try (Attachment attachment = cell.buffer.attach(device)) {
          World.here().sleep(Duration.ofNanos(Math.max(0, random.nextInt(10) - 8) * pauseNanos));
          if (random.nextBoolean()) {
            attachment.map(Access.READ, PATIENCE).close();
          }
        } catch (BrokerException | Faults.Fault e) {
          refused.incrementAndGet();
        }
        Thread.interrupted();
      }
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  private static void end(Kept kept) throws Exception {
    try (AutoCloseable what = kept.what()) {
      kept.lastLook().run();
    } catch (BrokerException | Faults.Fault e) {
      // A view may be refused.
    }
  }

  private void act(Random random, List<Kept> kept) {
    int which = random.nextInt(cells.length());
    Cell cell = cells.get(which);
    Attachment attachment = any(random, cell.attachments);
    int dice = random.nextInt(1000);
    if (attachment == null || dice < 100) {
      attach(random, cell);
    } else if (dice < 200) {
      detach(cell, attachment);
    } else if (dice < 230) {
      replace(random, which);
    } else if (dice < 260) {
      change(cell, () -> giveBack(random, cell));
    } else if (dice < 280) {
      cell.buffer.prepare(PATIENCE);
    } else if (dice < 300) {
      kept.add(new Kept(attachment.pin(PATIENCE), () -> {}));
    } else if (dice < 310) {
      look(random, cell, attachment);
    } else if (dice < 312) {
      probe();
    } else if (dice < 360) {
      keep(cell, attachment, kept);
    } else if (dice < 440) {
      use(random, cell, attachment);
    } else if (dice < 650 && attachment.device().access() != Access.READ) {
      change(cell, () -> write(random, cell, attachment));
    } else if (dice < 750) {
      readLater(random, cell, attachment);
    } else {
      read(random, cell, attachment);
    }
  }

  private static <T> @Nullable T any(Random random, List<T> list) {
    Object[] elements = list.toArray();
    @SuppressWarnings("unchecked")
    T element = elements.length == 0 ? null : (T) elements[random.nextInt(elements.length)];
    return element;
  }

  // ---- Who is attached, and other things that leave the contents alone ----

  private void attach(Random random, Cell cell) {
    if (cell.attachments.size() < MOST_ATTACHED) {
      Attachment attachment = cell.buffer.attach(devices.get(random.nextInt(devices.size())));
      Subscription unused = attachment.onMove(generation -> faults.strikeUndeclared(Site.ON_MOVE));
      cell.attachments.add(attachment);
    }
  }

  private static void detach(Cell cell, Attachment attachment) {
    if (cell.attachments.remove(attachment)) {
      cell.kept.remove(attachment);
      attachment.close();
    }
  }

  private void replace(Random random, int which) {
    if (random.nextInt(8) == 0 && which >= SET) {
      exportSet(which - SET, SET);
    } else {
      put(which, broker.export(BlobSpec.of(SIZE)));
    }
  }

  private static void close(Cell cell) {
    cell.buffer.close();
    cell.attachments.forEach(Attachment::close);
  }

  private void look(Random random, Cell cell, Attachment attachment) {
    switch (random.nextInt(3)) {
      case 0 -> broker.snapshot();
      case 1 -> broker.plan(cell.buffer.spec(), List.of(attachment.device()));
      default -> {
        try (Mapping mapping = attachment.map(Access.READ, PATIENCE)) {
          mapping.dupFd();
        }
      }
    }
  }

  /** A device that is there for a moment only, and asked what it takes. */
  private void probe() {
    DeviceProbe probe =
        new DeviceProbe() {
          @Override
          public String name() {
            return "moody";
          }

          @Override
          public Sample sample(Constraints declared) {
            Layout layout = BlobSpec.of(SIZE).layout();
            return new Sample(SIZE, layout);
          }

          @Override
          public Answer tryImport(Backing backing, Sample sample) {
            faults.strikeUndeclared(Site.PROBE);
            return new Answer(Verdict.ACCEPTED, "in a good mood");
          }
        };
    String name = "probed-" + values.incrementAndGet();
    broker.register(DeviceSpec.builder(name).probe(probe).build()).close();
  }

  // ---- Reading ----

  private void read(Random random, Cell cell, Attachment attachment) {
    int mark = cell.contents.mark();
    Mapping mapping =
        random.nextBoolean()
            ? attachment.tryMap(Access.READ).orElse(null)
            : attachment.map(Access.READ, PATIENCE);
    if (mapping != null) {
      try (mapping) {
        check(cell, mark, mapping);
      }
    }
  }

  private void check(Cell cell, int mark, MappedMemory mapping) {
    maps.incrementAndGet();
    try (CpuView view = mapping.cpuView()) {
      cell.contents.check(view.bytes(), mark, mapping);
    }
  }

  /** Too long, perhaps; then looks once more. */
  private void keep(Cell cell, Attachment attachment, List<Kept> kept) {
    int mark = cell.contents.mark();
    Mapping mapping = attachment.map(Access.READ, PATIENCE);
    kept.add(new Kept(mapping, () -> check(cell, mark, mapping)));
  }

  private void readLater(Random random, Cell cell, Attachment attachment) {
    int mark = cell.contents.mark();
    CompletableFuture<Mapping> future = attachment.mapAsync(Access.READ);
    asked.incrementAndGet();
    CompletableFuture<?> unused =
        future.whenComplete((mapping, failure) -> asked.decrementAndGet());
    if (random.nextBoolean()) {
      CompletableFuture<?> unusedToo =
          future.thenAccept(mapping -> guarded(() -> closing(cell, mark, mapping)));
      return;
    }
    try {
      closing(cell, mark, future.get(random.nextInt(5_000_000), TimeUnit.NANOSECONDS));
    } catch (TimeoutException | InterruptedException e) {
      if (!future.cancel(false)) {
        CompletableFuture<?> ended =
            future.handle(
                (mapping, failure) -> {
                  closeAnyway(mapping);
                  return true;
                });
        Object unusedToo = World.here().join(ended);
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof BrokerException)) {
        throw new AssertionError(e);
      }
    }
  }

  /** What came too late, if it was a mapping. */
  private static void closeAnyway(@Nullable Mapping mapping) {
    if (mapping != null) {
      mapping.close();
    }
  }

  private void closing(Cell cell, int mark, Mapping mapping) {
    try (mapping) {
      check(cell, mark, mapping);
    }
  }

  /** For other threads than the workers. */
  private void guarded(Runnable code) {
    try {
      code.run();
    } catch (BrokerException | Faults.Fault e) {
      refused.incrementAndGet();
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  // ---- Leases ----

  /** Reads through a mapping that is kept, or writes if the device may. */
  private void use(Random random, Cell cell, Attachment attachment) {
    KeptMapping kept =
        cell.kept.computeIfAbsent(
            attachment,
            by ->
                KeptMapping.of(
                    by,
                    by.device().access(),
                    "soak",
                    recall -> faults.strikeUndeclared(Site.ON_MOVE)));
    if (attachment.device().access().writes()) {
      change(cell, () -> rewrite(cell, kept));
    } else {
      int mark = cell.contents.mark();
      Lease lease = kept.use();
      try {
        check(cell, mark, lease);
      } finally {
        lease.endUse();
      }
    }
    if (random.nextInt(8) == 0 && cell.kept.remove(attachment, kept)) {
      kept.close();
    }
  }

  private boolean rewrite(Cell cell, KeptMapping kept) {
    int mark = cell.contents.mark();
    Lease lease = kept.use();
    maps.incrementAndGet();
    long value = SoakContents.value(values.incrementAndGet());
    try (CpuView view = lease.cpuView()) {
      ByteBuffer bytes = view.bytes();
      cell.contents.check(bytes, mark, lease);
      cell.contents.begin(value);
      cell.contents.fill(bytes, value);
      cell.contents.end();
    } finally {
      lease.endUse();
    }
    return true;
  }

  // ---- Changing the contents ----

  /** A change, which passes the turn on when it has ended: whether it has. */
  private interface Change {
    boolean make();
  }

  private static void change(Cell cell, Change change) {
    if (!cell.turn.tryAcquire()) {
      return;
    }
    boolean ended = true;
    try {
      ended = change.make();
    } finally {
      if (ended) {
        cell.turn.release();
      }
    }
  }

  /** A failure leaves the contents as they were. */
  private static boolean giveBack(Random random, Cell cell) {
    cell.contents.begin(SoakContents.ZERO);
    try {
      boolean given = true;
      if (random.nextBoolean()) {
        given = cell.buffer.tryEvacuate();
      } else {
        cell.buffer.evacuate(Duration.ofMillis(2));
      }
      if (given) {
        cell.contents.end();
      } else {
        cell.contents.undo();
      }
    } catch (BrokerException e) {
      cell.contents.undo();
      throw e;
    }
    return true;
  }

  private boolean write(Random random, Cell cell, Attachment attachment) {
    Access access =
        switch (random.nextInt(4)) {
          case 0 -> Access.OVERWRITE;
          case 1 -> Access.WRITE;
          default -> Access.READ_WRITE;
        };
    int mark = cell.contents.mark();
    if (access == Access.OVERWRITE) {
      cell.contents.begin(SoakContents.UNKNOWN);
    }
    Mapping mapping;
    try {
      mapping =
          random.nextInt(4) == 0
              ? attachment.tryMap(access).orElse(null)
              : attachment.map(access, PATIENCE);
    } catch (BrokerException e) {
      mapping = null;
      refused.incrementAndGet();
    }
    if (mapping == null) {
      if (access == Access.OVERWRITE) {
        cell.contents.undo(); // Nothing is dropped for who has not got the mapping.
      }
      return true;
    }
    if (access == Access.OVERWRITE) {
      cell.contents.end();
    }
    return fill(random, cell, mark, mapping);
  }

  /** Whether all is written; otherwise it will be when a fence signals. */
  private boolean fill(Random random, Cell cell, int mark, Mapping mapping) {
    maps.incrementAndGet();
    long value = SoakContents.value(values.incrementAndGet());
    boolean byDevice = random.nextInt(4) == 0;
    try (mapping) {
      ByteBuffer bytes;
      try (CpuView view = mapping.cpuView()) {
        bytes = view.bytes();
        if (mapping.access() != Access.OVERWRITE) {
          cell.contents.check(bytes, mark, mapping);
        }
        if (!byDevice) {
          cell.contents.begin(value);
          cell.contents.fill(bytes, value);
          cell.contents.end();
        }
      }
      if (byDevice && random.nextInt(3) == 0) {
        return leaveToKernel(cell, mapping, bytes, value);
      }
      return !byDevice || leaveToDevice(cell, mapping, bytes, value);
    } catch (BrokerException e) { // Of the view, or of the fence.
      refused.incrementAndGet();
      return true;
    }
  }

  /** The device writes after its mapping is closed, until a fence signals that the kernel has. */
  private boolean leaveToKernel(Cell cell, Mapping mapping, ByteBuffer bytes, long value) {
    cell.contents.begin(value);
    fences.write(
        mapping.fd(),
        () -> {
          cell.contents.fill(bytes, value);
          cell.contents.end();
          cell.turn.release();
        });
    mapping.close();
    return false;
  }

  /** The device writes until its fence signals. */
  private boolean leaveToDevice(Cell cell, Mapping mapping, ByteBuffer bytes, long value) {
    SyncFile fence = fences.poller.fence();
    mapping.closeAfter(fence);
    cell.contents.begin(value);
    fences.submit(
        fence,
        () -> {
          if (SoakContents.isReleased(bytes.getLong(0))) {
            failures.add(new AssertionError(mapping + " lost its memory before its fence"));
          }
          cell.contents.fill(bytes, value);
          cell.contents.end();
          cell.turn.release();
        });
    return false;
  }

  /** Closes every buffer. */
  void close() {
    for (int i = 0; i < cells.length(); i++) {
      close(cells.get(i));
    }
  }
}
