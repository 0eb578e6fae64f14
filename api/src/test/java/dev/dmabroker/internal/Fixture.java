package dev.dmabroker.internal;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuView;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceLeftOut;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamHeldBack;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;

/** A broker over a scattered and a contiguous scripted heap, and what tests of it share. */
abstract class Fixture {
  static final long SIZE = 64 * 1024;
  static final Constraints CONTIGUOUS = Constraints.builder().contiguous().build();

  final ScriptedHeap system = ScriptedHeap.system();
  final ScriptedHeap cma = ScriptedHeap.cma();
  final Events events = new Events();
  final StreamEvents streamEvents = new StreamEvents();
  private final List<Thread> threads = new ArrayList<>();

  Broker broker = builder().build();

  Broker.Builder builder() {
    return Broker.builder()
        .heap(system)
        .heap(cma)
        .heuristic(new InOrder())
        .listener(events)
        .leakTracking(LeakTracking.NEVER) // Tests drop what they do not need any more.
        .listener(streamEvents)
        .moveRetries(Duration.ofMillis(1), 3)
        .closeTimeout(Duration.ofMillis(50));
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    for (Thread thread : threads) {
      Await.ended(thread);
    }
    try {
      broker.close();
    } catch (BrokerException e) {
      // The test left something out on purpose, and closed it or did not.
    }
  }

  SharedBuffer export() {
    return broker.export(BlobSpec.of(SIZE));
  }

  static void write(Attachment attachment, long value) {
    try (Mapping mapping = attachment.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes();
      for (int i = 0; i + 8 <= bytes.capacity(); i += 8) {
        bytes.putLong(i, value + i);
      }
    }
  }

  /** The value that was written, or a failure if any part of the contents is wrong. */
  static long read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ)) {
      return read(mapping);
    }
  }

  static long read(Mapping mapping) {
    try (CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes();
      long value = bytes.getLong(0);
      for (int i = 0; i + 8 <= SIZE; i += 8) {
        if (bytes.getLong(i) != value + i) {
          throw new AssertionError("contents differ at " + i);
        }
      }
      return value;
    }
  }

  static void assertSays(Throwable failure, String... parts) {
    String text = String.valueOf(failure.getMessage());
    for (String part : parts) {
      if (!text.contains(part)) {
        throw new AssertionError("\"" + text + "\" lacks \"" + part + "\"", failure);
      }
    }
  }

  /** Runs in a thread of its own. */
  <T> Running<T> start(Callable<T> body) {
    FutureTask<T> task = new FutureTask<>(body);
    Thread thread = new Thread(task, "test-" + threads.size());
    threads.add(thread);
    thread.start();
    return new Running<>(thread, task);
  }

  record Running<T>(Thread thread, FutureTask<T> task) {
    /** Where it is, or how it ended. */
    String describe() {
      if (!task.isDone()) {
        return thread.getName() + " at " + List.of(thread.getStackTrace());
      }
      try {
        return thread.getName() + " ended with " + task.get();
      } catch (ExecutionException | InterruptedException e) {
        return thread.getName() + " ended with " + e;
      }
    }

    Running<T> parked() {
      Await.parked(thread);
      return this;
    }

    T result() throws Exception {
      try {
        return task.get(30, SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      } catch (TimeoutException e) {
        throw new AssertionError(thread.getName() + " did not end", e);
      }
    }
  }

  /** Ranks heaps in the broker's order. */
  static final class InOrder implements PlacementHeuristic {
    @Override
    public String name() {
      return "in-order";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return request.heaps().stream().map(heap -> new Ranked(heap.name(), 0, "in order")).toList();
    }
  }

  /** Keeps events until a test takes them. */
  static final class Events implements BrokerListener {
    final BlockingQueue<MemoryAllocated> allocated = new LinkedBlockingQueue<>();
    final BlockingQueue<HeapRefusal> refused = new LinkedBlockingQueue<>();
    final BlockingQueue<BufferMove> moved = new LinkedBlockingQueue<>();
    final BlockingQueue<BufferMove> rolledBack = new LinkedBlockingQueue<>();
    final BlockingQueue<MapStalled> stalled = new LinkedBlockingQueue<>();
    final BlockingQueue<MemoryReleased> released = new LinkedBlockingQueue<>();
    final BlockingQueue<DeviceLeftOut> leftOut = new LinkedBlockingQueue<>();

    @Override
    public void allocated(MemoryAllocated event) {
      allocated.add(event);
    }

    @Override
    public void heapRefused(HeapRefusal event) {
      refused.add(event);
    }

    @Override
    public void moved(BufferMove event) {
      moved.add(event);
    }

    @Override
    public void moveRolledBack(BufferMove event) {
      rolledBack.add(event);
    }

    @Override
    public void stalled(MapStalled event) {
      stalled.add(event);
    }

    @Override
    public void released(MemoryReleased event) {
      released.add(event);
    }

    @Override
    public void leftOut(DeviceLeftOut event) {
      leftOut.add(event);
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
      T event = queue.poll(30, SECONDS);
      if (event == null) {
        throw new AssertionError("no event");
      }
      return event;
    }
  }

  /** Keeps the events of streams until a test takes them. */
  static final class StreamEvents implements BrokerListener {
    final BlockingQueue<StreamResized> resized = new LinkedBlockingQueue<>();
    final BlockingQueue<StreamHeldBack> heldBack = new LinkedBlockingQueue<>();
    final BlockingQueue<FrameDropped> dropped = new LinkedBlockingQueue<>();
    final BlockingQueue<Overheld> overheld = new LinkedBlockingQueue<>();

    @Override
    public void streamResized(StreamResized event) {
      resized.add(event);
    }

    @Override
    public void streamHeldBack(StreamHeldBack event) {
      heldBack.add(event);
    }

    @Override
    public void frameDropped(FrameDropped event) {
      dropped.add(event);
    }

    @Override
    public void overheld(Overheld event) {
      overheld.add(event);
    }
  }
}
