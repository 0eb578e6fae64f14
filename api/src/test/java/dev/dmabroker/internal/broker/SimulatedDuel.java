package dev.dmabroker.internal.broker;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Lease;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.simulated.Trial;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SignallingPoller;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * One buffer, one thread that has it moved to and fro, and one or two that use it in a single way.
 * Nothing fails here and no thread stands without a reason, so all that is late is wrong: a drain
 * that lasts until its deadline, a map that times out, a close that waits in vain.
 */
public final class SimulatedDuel implements Trial {
  private static final int SIZE = 256;
  private static final Duration PATIENCE = Duration.ofMillis(50);

  /** All that lasts takes a multiple of this, so that threads often go on at one moment. */
  private static final Duration STEP = Duration.ofNanos(10_000);

  /** For so long nothing that a user does can make up for a report that it did not make. */
  private static final Duration REST = PATIENCE.multipliedBy(2);

  /** How a user takes and gives back the buffer. */
  private enum Way {
    MAP,
    MAP_BRIEFLY,
    MAP_LATER,
    KEEP,
    FENCE,
    KERNEL_FENCE
  }

  private static final List<Simulation.Pace> PACES =
      List.of(Simulation.Pace.IDLE, Simulation.Pace.RANKED);

  private static final List<Way> WAYS = List.of(Way.values());

  @Override
  public String run(long seed) throws Exception {
    Simulation world = Simulation.of(seed, PACES.get(Math.floorMod(seed, PACES.size())));
    StringBuilder report = new StringBuilder();
    long start = world.nanos();
    world.run(
        () -> {
          report.append(new Run(world, seed).play());
          report.append(" nanos=").append(world.nanos() - start);
        });
    return report + " steps=" + world.steps() + " digest=" + Long.toHexString(world.digest());
  }

  /** Copies, and takes its time after that, so that what is written meanwhile is lost. */
  private record SlowCopies(Simulation world) implements Mover {
    private static final Mover CPU = new CpuMover();
    private static final Duration TIME = STEP.multipliedBy(7);

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public void prepare(Copy copy) throws HeapException {
      CPU.prepare(copy);
    }

    @Override
    public long copy(Copy copy) throws HeapException {
      long copied = CPU.copy(copy);
      world.sleep(TIME);
      return copied;
    }
  }

  /** One duel, in the simulation's first thread. */
  private static final class Run implements BrokerListener {
    private final Simulation world;
    private final Random random;
    private final SignallingPoller poller = new SignallingPoller();
    private final ScriptedHeap system = ScriptedHeap.system();
    private final ScriptedHeap cma = ScriptedHeap.cma();
    private final Broker broker;
    private final SharedBuffer buffer;
    private final SoakContents contents = new SoakContents(SIZE);
    private final List<Throwable> failures = new ArrayList<>();
    private long values;
    private int moves;

    /** The fences of writes that the kernel knows of, and the broker does not. */
    private final Map<Integer, SyncFile> writing = new HashMap<>();

    Run(Simulation world, long seed) {
      this.world = world;
      this.random = new Random(seed * 0x9e3779b97f4a7c15L);
      this.broker =
          Broker.builder()
              .heap(watched(system))
              .heap(watched(cma))
              .heuristic(new InOrder())
              .mover(new SlowCopies(world))
              .fencePoller(poller)
              .leakTracking(LeakTracking.NEVER)
              .longestHold(Duration.ofMillis(5))
              .mapTimeout(PATIENCE)
              .closeTimeout(PATIENCE)
              .build();
      this.buffer = broker.export(BlobSpec.of(SIZE));
    }

    /** A heap whose memory has the kernel's fences; nothing fails there, but threads make way. */
    private Heap watched(ScriptedHeap heap) {
      return new FaultyHeap(heap, new Faults(0, 0), fd -> Optional.ofNullable(writing.get(fd)));
    }

    String play() {
      var unused = broker.listen(this, Delivery.IN_PLACE);
      Way way = WAYS.get(random.nextInt(WAYS.size()));
      List<WorldThread> threads = new ArrayList<>();
      Random flips = new Random(random.nextLong());
      threads.add(world.thread("mover", () -> guarded(() -> flip(flips))));
      Random writes = new Random(random.nextLong());
      threads.add(world.thread("writer", () -> guarded(() -> use(way, Access.READ_WRITE, writes))));
      if (random.nextBoolean()) {
        Random reads = new Random(random.nextLong());
        Way other = random.nextBoolean() ? Way.KEEP : Way.MAP;
        threads.add(world.thread("reader", () -> guarded(() -> use(other, Access.READ, reads))));
      }
      threads.forEach(WorldThread::start);
      threads.forEach(world::join);
      check();
      buffer.close();
      broker.close();
      for (ScriptedHeap heap : List.of(system, cma)) {
        heap.misuse().ifPresent(failures::add);
        if (heap.live() != 0) {
          failures.add(new AssertionError(heap + " has not got everything back"));
        }
      }
      check();
      return "way=" + way + " moves=" + moves;
    }

    private void check() {
      if (!failures.isEmpty()) {
        throw new AssertionError(failures.get(0).getMessage(), failures.get(0));
      }
    }

    private interface Work {
      void run() throws Exception;
    }

    private void guarded(Work work) {
      try {
        work.run();
      } catch (Throwable t) {
        failures.add(t);
      }
    }

    @Override
    public void moved(BufferMove event) {
      moves++;
      if (!event.deadline().isZero() && event.drain().compareTo(event.deadline()) >= 0) {
        failures.add(new AssertionError("nothing ended the drain in time: " + event));
      }
    }

    @Override
    public void moveRolledBack(BufferMove event) {
      if (!event.failure().orElse("").contains("gone")) {
        failures.add(new AssertionError("a move was rolled back: " + event));
      }
    }

    /** Has the buffer moved to and fro. */
    private void flip(Random random) {
      List<Device> clashing =
          List.of(
              broker.register("left", Constraints.builder().permittedHeaps("system").build()),
              broker.register("right", Constraints.builder().permittedHeaps("cma").build()));
      for (int i = 4 + random.nextInt(12); i > 0 && failures.isEmpty(); i--) {
        try (Attachment attachment = buffer.attach(clashing.get(i % 2))) {
          if (random.nextInt(4) == 0) {
            pause(random);
          }
          if (random.nextBoolean()) {
            attachment.map(Access.READ, PATIENCE).close();
          }
        }
      }
    }

    private void pause(Random random) {
      world.sleep(STEP.multipliedBy(random.nextInt(20)));
    }

    private void use(Way way, Access access, Random random) throws Exception {
      Device device = broker.register(DeviceSpec.builder("user-" + access).access(access).build());
      try (Attachment attachment = buffer.attach(device);
          KeptMapping kept = KeptMapping.of(attachment, access, "duel", recall -> {})) {
        for (int i = 8 + random.nextInt(24); i > 0 && failures.isEmpty(); i--) {
          switch (way) {
            case MAP -> map(attachment, access, PATIENCE, random);
            case MAP_BRIEFLY -> briefly(attachment, access, random);
            case MAP_LATER -> later(attachment, access, random);
            case KEEP -> lease(kept, access, random);
            case FENCE -> leave(attachment, random, /* toKernel= */ false);
            case KERNEL_FENCE -> leave(attachment, random, /* toKernel= */ true);
          }
          if (random.nextInt(6) == 0) {
            pause(random);
          } else if (random.nextInt(12) == 0) {
            world.sleep(REST);
          }
        }
      }
    }

    private void map(Attachment attachment, Access access, Duration timeout, Random random) {
      int mark = contents.mark();
      try (Mapping mapping = attachment.map(access, timeout)) {
        touch(mapping, access, mark, random);
      }
    }

    private void briefly(Attachment attachment, Access access, Random random) {
      try {
        map(attachment, access, STEP.multipliedBy(1 + random.nextInt(12)), random);
      } catch (WaitTimeoutException e) {
        // As it may.
      }
    }

    private void later(Attachment attachment, Access access, Random random) throws Exception {
      int mark = contents.mark();
      CompletableFuture<Mapping> future = attachment.mapAsync(access);
      world.sleep(STEP.multipliedBy(random.nextInt(12)));
      if (!future.cancel(false)) {
        try (Mapping mapping = world.join(future)) {
          touch(mapping, access, mark, random);
        }
      }
    }

    private void lease(KeptMapping kept, Access access, Random random) {
      int mark = contents.mark();
      Lease lease = kept.use();
      try {
        touch(lease, access, mark, random);
      } finally {
        lease.endUse();
      }
    }

    private void touch(MappedMemory memory, Access access, int mark, Random random) {
      if (random.nextInt(3) == 0) {
        pause(random);
      }
      try (CpuView view = memory.cpuView()) {
        contents.check(view.bytes(), mark, memory);
        if (access.writes()) {
          long value = SoakContents.value(++values);
          contents.begin(value);
          contents.fill(view.bytes(), value);
          contents.end();
        }
      }
    }

    /** Maps, and a device writes after that; its fence signals, maybe later still. */
    private void leave(Attachment attachment, Random random, boolean toKernel) {
      int mark = contents.mark();
      Mapping mapping = attachment.map(Access.READ_WRITE, PATIENCE);
      ByteBuffer bytes;
      try (CpuView view = mapping.cpuView()) {
        bytes = view.bytes();
        contents.check(bytes, mark, mapping);
      }
      SyncFile fence = poller.fence();
      int fd = mapping.fd();
      long value = SoakContents.value(++values);
      contents.begin(value);
      if (toKernel) {
        writing.put(fd, fence);
        mapping.close();
      } else {
        mapping.closeAfter(fence);
      }
      CompletableFuture<Boolean> written = new CompletableFuture<>();
      Random its = new Random(random.nextLong());
      world
          .thread(
              "device-" + values,
              () -> {
                pause(its);
                write(bytes, value);
                written.complete(true);
                pause(its);
                writing.remove(fd, fence);
                poller.signal(fence);
              })
          .start();
      boolean unused = world.join(written);
    }

    private void write(ByteBuffer bytes, long value) {
      if (SoakContents.isReleased(bytes.getLong(0))) {
        failures.add(new AssertionError("memory was released before a write to it had ended"));
      }
      contents.fill(bytes, value);
      contents.end();
    }
  }
}
