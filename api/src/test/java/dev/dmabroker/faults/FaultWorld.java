package dev.dmabroker.faults;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BrokerSnapshot.AttachmentState;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A broker that an operation is tried in, with a buffer, and what is known of it: a fault may not
 * change that.
 */
final class FaultWorld {
  static final Duration DEADLINE =
      Duration.ofMillis(Long.getLong("dmabroker.faults.deadline", 30_000));

  final ScriptedHeap system = ScriptedHeap.system();
  final ScriptedHeap cma = ScriptedHeap.cma();
  final ScriptedMover mover = new ScriptedMover();
  final ScriptedPoller poller = new ScriptedPoller();
  final FaultNodes nodes = new FaultNodes();
  final Broker broker =
      Broker.builder()
          .heap(system)
          .heap(cma)
          .heaps(nodes)
          .heuristic(new InOrder())
          .mover(mover)
          .fencePoller(poller)
          .leakTracking(LeakTracking.NEVER)
          .moveRetries(Duration.ofMillis(1), 3)
          .mapTimeout(DEADLINE)
          .closeTimeout(DEADLINE)
          .build();
  final Device camera = broker.register("camera", Constraints.none());
  final Device viewer = broker.register("viewer", Constraints.none());

  /** The one device that memory of the system heap does not suit. */
  final Device display =
      broker.register(
          DeviceSpec.builder("display")
              .constraints(Fixture.CONTIGUOUS)
              .longestHold(DEADLINE)
              .build());

  final SharedBuffer buffer = broker.export("frame", BlobSpec.of(Fixture.SIZE));

  /** The attachments that were made, and that no successful call has closed. */
  final List<Attachment> attached = new ArrayList<>();

  /** What was opened and has to be closed in the end, the last first. */
  final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** What the contents may be; none if that is not known. */
  final Set<Long> contents = new TreeSet<>();

  private final List<Waiter> waiters = new ArrayList<>();
  private final List<Check> checks = new ArrayList<>();
  private boolean bufferClosed;

  /** Looks whether something is in order. */
  interface Check {
    void run() throws Exception;
  }

  /** Adds what an operation has to look at, before the buffer is. */
  void checkFirst(Check check) {
    checks.add(check);
  }

  /** A thread that waits for the broker, and how it ended. */
  private record Waiter(Thread thread, FutureTask<?> task) {}

  Attachment attach(Device device) {
    Attachment made = buffer.attach(device);
    attached.add(made);
    return made;
  }

  void closeBuffer() {
    bufferClosed = true; // A close that throws may have closed it.
    BufferFaults.close(buffer);
  }

  /** The contents are this from now on. */
  void write(Attachment by, long value) {
    Fixture.write(by, value);
    contents.clear();
    contents.add(value);
  }

  <T extends AutoCloseable> T keep(T opened) {
    open.push(opened);
    return opened;
  }

  /** Does something in a thread that waits for the broker, and returns once it does. */
  void waits(Callable<?> body) {
    FutureTask<?> task = new FutureTask<>(body);
    Thread thread = new Thread(task, "waiter");
    waiters.add(new Waiter(thread, task));
    thread.start();
    Await.parked(thread);
  }

  // ---- What holds after a fault ----

  /** Whether the error is the injected one, or one of those that the API documents. */
  static void checkThrown(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof BrokerException || FaultPoints.INJECTED.equals(cause.getMessage())) {
        return;
      }
    }
    throw new AssertionError("threw what is not documented", thrown);
  }

  /** Waits until nothing is under way. */
  void settle() throws InterruptedException {
    for (Waiter waiter : waiters) {
      waiter.thread().join(DEADLINE.toMillis());
      if (waiter.thread().isAlive()) {
        throw new AssertionError("a waiter hangs at " + List.of(waiter.thread().getStackTrace()));
      }
    }
    Await.until("the buffer lies still, not " + describe(), DEADLINE, this::liesStill);
  }

  private boolean liesStill() {
    State state = buffer.state();
    return state == State.RELEASED
        || state == State.UNBACKED
        || (state == State.RESIDENT
            && (!attachedNames().contains("display") || !buffer.heapName().get().equals("system")));
  }

  private String describe() {
    return broker.snapshot().buffers().toString();
  }

  void check() throws Exception {
    system.refuse(null);
    cma.refuse(null);
    checkWaiters();
    for (Check first : checks) {
      first.run();
    }
    if (!bufferClosed) {
      checkAttachments();
      checkState();
      checkUse();
    }
    checkEnd();
  }

  private void checkWaiters() throws Exception {
    for (Waiter waiter : waiters) {
      try {
        Object granted = waiter.task().get();
        if (granted instanceof AutoCloseable opened) {
          opened.close();
        }
      } catch (ExecutionException e) {
        checkThrown(e);
      }
    }
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private Set<String> attachedNames() {
    Set<String> names = new TreeSet<>();
    for (BufferState each : broker.snapshot().buffers()) {
      each.attachments().stream().map(AttachmentState::device).forEach(names::add);
    }
    return names;
  }

  /** The broker knows of the attachments that the application knows of, and of no other. */
  private void checkAttachments() {
    Set<String> known = new TreeSet<>();
    attached.forEach(attachment -> known.add(attachment.device().name()));
    // Devices whose detaching had no stack or memory are detached by a worker.
    Await.until(
        "attached are " + attachedNames() + " instead of " + known,
        DEADLINE,
        () -> attachedNames().equals(known));
  }

  /** The state, the heap and the account of memory agree. */
  private void checkState() {
    Await.until(
        "memory is given back: " + describe(),
        DEADLINE,
        () -> system.live() + cma.live() == (buffer.state() == State.UNBACKED ? 0 : 1));
    Await.until(
        "no mapping is out: " + describe(),
        DEADLINE,
        () -> broker.snapshot().buffers().get(0).holders().isEmpty());
    BufferState state = broker.snapshot().buffers().get(0);
    boolean backed = state.state() == State.RESIDENT;
    if (backed != state.heap().isPresent()) {
      throw new AssertionError("state and heap do not agree: " + state);
    }
  }

  /** Every attached device reads what was written last, and can write. */
  private void checkUse() {
    for (Attachment attachment : attached) {
      if (!contents.isEmpty() && buffer.state() == State.RESIDENT) {
        long found = Fixture.read(attachment);
        if (!contents.contains(found)) {
          throw new AssertionError("contents are " + found + " instead of " + contents);
        }
      }
    }
    long next = 1000;
    for (Attachment attachment : attached) {
      write(attachment, next++);
    }
    if (!attached.isEmpty()) {
      if (buffer.state() != State.RESIDENT || buffer.heapName().isEmpty()) {
        throw new AssertionError("mapped, and " + describe());
      }
      long found = Fixture.read(attached.get(0));
      if (!contents.contains(found)) {
        throw new AssertionError("contents are " + found + " instead of " + contents);
      }
      try (Mapping mapping = attached.get(0).map(Access.READ)) {
        Fixture.read(mapping);
      }
      buffer.evacuate(DEADLINE);
      if (system.live() + cma.live() != 0) {
        Await.until("evacuated", DEADLINE, () -> system.live() + cma.live() == 0);
      }
      write(attached.get(0), next);
    }
  }

  /** Everything can be closed, and all memory goes. */
  private void checkEnd() {
    attached.forEach(Attachment::close);
    buffer.close();
    Await.until("the buffer is gone", DEADLINE, () -> broker.snapshot().buffers().isEmpty());
    broker.close();
    Await.until("all memory is gone", DEADLINE, () -> system.live() + cma.live() == 0);
    Await.until(
        "the heaps are closed",
        DEADLINE,
        () -> system.timesClosed() == 1 && cma.timesClosed() == 1);
  }

  void abandon() {
    for (Waiter waiter : waiters) {
      waiter.thread().interrupt();
    }
    Thread ends =
        new Thread(
            () -> {
              try {
                broker.close();
              } catch (BrokerException e) {
                // What is wrong has been said.
              }
            },
            "abandoned");
    ends.setDaemon(true);
    ends.start();
  }

  /** A case that begins with a world and then does something in it. */
  static FaultCase of(String name, Operation operation) {
    return new FaultCase() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Trial begin() {
        FaultWorld world = new FaultWorld();
        try {
          return new WorldTrial(world, operation.begin(world));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  /** An operation. */
  interface Operation {
    /** Leads to where it begins, and returns what is to be done. */
    Act begin(FaultWorld world) throws Exception;
  }

  /** What is done while a fault strikes. */
  interface Act {
    void run() throws Throwable;
  }

  private record WorldTrial(FaultWorld world, Act operation) implements FaultCase.Trial {
    @Override
    public void act() throws Throwable {
      operation.run();
    }

    @Override
    public void settle() throws Exception {
      world.settle();
    }

    @Override
    public void checkThrown(Throwable thrown) {
      FaultWorld.checkThrown(thrown);
    }

    @Override
    public void check() throws Exception {
      world.check();
    }

    @Override
    public void abandon() {
      world.abandon();
    }
  }
}
