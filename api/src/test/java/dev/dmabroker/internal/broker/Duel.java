package dev.dmabroker.internal.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spec.BlobSpec;
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
import java.util.concurrent.Semaphore;

/**
 * What the threads of a {@link SimulatedDuel} share: one buffer, what has to be in it, and what was
 * wrong. They play in rounds, which all begin at one moment, and rest at the end of each.
 */
final class Duel implements BrokerListener {
  static final Duration PATIENCE = Duration.ofMillis(50);

  /** All that lasts takes a multiple of this, so that threads often go on at one moment. */
  static final Duration STEP = Duration.ofNanos(10_000);

  /**
   * From one round to the next. Most of it is rest, in which no thread makes up for a report that
   * was not made.
   */
  private static final Duration ROUND = PATIENCE.multipliedBy(2);

  private static final int SIZE = 256;

  final Simulation world;
  final Broker broker;
  final SharedBuffer buffer;
  final SignallingPoller poller = new SignallingPoller();
  final SoakContents contents = new SoakContents(SIZE);

  /** The thread that has it may change the contents, or ask to overwrite them. */
  final Semaphore turn = new Semaphore(1);

  /** The fences of writes that the kernel knows of, and the broker does not. */
  final Map<Integer, SyncFile> writing = new HashMap<>();

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final List<Throwable> failures = new ArrayList<>();
  private final long start;
  private final int rounds;
  private long values;
  private int moves;

  Duel(Simulation world, int rounds) {
    this.world = world;
    this.rounds = rounds;
    this.broker =
        Broker.builder()
            .heap(watched(system))
            .heap(watched(cma))
            .heuristic(new InOrder())
            .mover(new SlowCopies(world))
            .fencePoller(poller)
            .leakTracking(LeakTracking.NEVER)
            .longestHold(Duration.ofMillis(20))
            .mapTimeout(PATIENCE)
            .closeTimeout(PATIENCE)
            .build();
    this.buffer = broker.export(BlobSpec.of(SIZE));
    var unused = broker.listen(this, Delivery.IN_PLACE);
    this.start = world.nanos();
  }

  /** A heap whose memory has the kernel's fences; nothing fails there, but threads make way. */
  private Heap watched(ScriptedHeap heap) {
    return new FaultyHeap(heap, new Faults(0, 0), fd -> Optional.ofNullable(writing.get(fd)));
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

  // ---- Rounds ----

  /** What a thread does in a round. */
  interface Round {
    void play() throws Exception;
  }

  /** Plays one round after the other until all are over, or something is wrong. */
  void inRounds(Round round) throws Exception {
    for (int i = 0; i < rounds && isFine(); i++) {
      sleepUntil(i, Duration.ZERO);
      round.play();
    }
  }

  /** Looks at the end of each round, when no mapping is open and no lease in use. */
  void watch() {
    for (int i = 1; i <= rounds && isFine(); i++) {
      sleepUntil(i, STEP);
      if (isFine() && system.live() + cma.live() > 1) {
        fail(new AssertionError("memory is kept that nothing uses any more: " + broker.snapshot()));
      }
    }
  }

  private void sleepUntil(int round, Duration before) {
    long due = start + round * ROUND.toNanos() - before.toNanos();
    world.sleep(Duration.ofNanos(Math.max(0, due - world.nanos())));
  }

  /** Waits, but for no more than 20 steps. */
  void pause(Random random) {
    world.sleep(STEP.multipliedBy(random.nextInt(20)));
  }

  // ---- Contents ----

  /** Changes the contents; the caller has the turn. */
  void write(ByteBuffer bytes) {
    long value = beginWrite();
    contents.fill(bytes, value);
    contents.end();
  }

  /** From now on contents may be of that value. */
  long beginWrite() {
    long value = SoakContents.value(++values);
    contents.begin(value);
    return value;
  }

  /**
   * Checks what lies there, and changes it if the mapping is for that and no other has the turn.
   */
  void touch(MappedMemory memory, int mark) {
    try (CpuView view = memory.cpuView()) {
      contents.check(view.bytes(), mark, memory);
      if (memory.access().writes() && turn.tryAcquire()) {
        write(view.bytes());
        turn.release();
      }
    }
  }

  // ---- What is wrong ----

  void fail(Throwable failure) {
    failures.add(failure);
  }

  boolean isFine() {
    return failures.isEmpty();
  }

  /** Throws what was wrong first. */
  void check() {
    if (!isFine()) {
      throw new AssertionError(failures.get(0).getMessage(), failures.get(0));
    }
  }

  @Override
  public void moved(BufferMove event) {
    moves++;
    if (!event.deadline().isZero() && event.drain().compareTo(event.deadline()) >= 0) {
      fail(new AssertionError("nothing ended the drain in time: " + event));
    }
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    if (!event.failure().orElse("").contains("gone")) {
      fail(new AssertionError("a move was rolled back: " + event));
    }
  }

  /** Closes all, and returns how often the buffer has moved. */
  int end() {
    check();
    buffer.close();
    broker.close();
    for (ScriptedHeap heap : List.of(system, cma)) {
      heap.misuse().ifPresent(this::fail);
      if (heap.live() != 0) {
        fail(new AssertionError(heap + " has not got everything back"));
      }
    }
    check();
    return moves;
  }
}
