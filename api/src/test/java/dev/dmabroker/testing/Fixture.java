package dev.dmabroker.testing;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;

/** A broker over a scattered and a contiguous scripted heap, and what tests of it share. */
public abstract class Fixture {
  public static final long SIZE = 64 * 1024;
  public static final Constraints CONTIGUOUS = Constraints.builder().contiguous().build();

  protected final ScriptedHeap system = ScriptedHeap.system();
  protected final ScriptedHeap cma = ScriptedHeap.cma();
  protected final Events events = new Events();
  protected final StreamEvents streamEvents = new StreamEvents();
  private final List<Thread> threads = new ArrayList<>();

  protected Broker broker = Serving.get().serve(builder().build());

  protected BrokerBuilder builder() {
    return Broker.builder()
        .heap(system)
        .heap(cma)
        .heuristic(new InOrder())
        .listener(
            Serving.get().told(events),
            Delivery.IN_PLACE) // So that tests know when an event is there.
        .leakTracking(LeakTracking.NEVER) // Tests drop what they do not need any more.
        .listener(Serving.get().told(streamEvents), Delivery.IN_PLACE)
        .moveRetries(Duration.ofMillis(1), 3)
        .closeTimeout(Duration.ofMillis(50));
  }

  @AfterEach
  protected void nothingIsLeft() throws InterruptedException {
    for (Thread thread : threads) {
      Await.ended(thread);
    }
    Broker built = Serving.get().built(broker);
    SnapshotInvariants.check(built.snapshot());
    for (Broker each : List.of(broker, built)) {
      try {
        each.close();
      } catch (BrokerException e) {
        // The test left something out on purpose, and closed it or did not.
      }
    }
    SnapshotInvariants.check(built.snapshot());
    Serving.get().end(broker);
  }

  protected SharedBuffer export() {
    return broker.export(BlobSpec.of(SIZE));
  }

  public static void write(Attachment attachment, long value) {
    try (Mapping mapping = attachment.map(Access.WRITE)) {
      fill(mapping, value);
    }
  }

  public static void fill(MappedMemory memory, long value) {
    try (CpuView view = memory.cpuView()) {
      ByteBuffer bytes = view.bytes();
      for (int i = 0; i + 8 <= bytes.capacity(); i += 8) {
        bytes.putLong(i, value + i);
      }
    }
  }

  /** Has a frame with contents go round. */
  public static void submit(BufferStream stream, long value) {
    EmptyFrame frame = stream.acquire();
    fill(frame.mapping(), value);
    frame.submit();
  }

  /** The value that was written, or a failure if any part of the contents is wrong. */
  public static long read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ)) {
      return read(mapping);
    }
  }

  public static long read(MappedMemory memory) {
    try (CpuView view = memory.cpuView()) {
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

  public static void assertSays(Throwable failure, String... parts) {
    String text = String.valueOf(failure.getMessage());
    for (String part : parts) {
      if (!text.contains(part)) {
        throw new AssertionError("\"" + text + "\" lacks \"" + part + "\"", failure);
      }
    }
  }

  /** Runs in a thread of its own. */
  protected <T> Running<T> start(Callable<T> body) {
    FutureTask<T> task = new FutureTask<>(body);
    Thread thread = new Thread(task, "test-" + threads.size());
    threads.add(thread);
    thread.start();
    return new Running<>(thread, task);
  }

  public record Running<T>(Thread thread, FutureTask<T> task) {
    /** Where it is, or how it ended. */
    public String describe() {
      if (!task.isDone()) {
        return thread.getName() + " at " + List.of(thread.getStackTrace());
      }
      try {
        return thread.getName() + " ended with " + task.get();
      } catch (ExecutionException | InterruptedException e) {
        return thread.getName() + " ended with " + e;
      }
    }

    public Running<T> parked() {
      Await.parked(thread);
      return this;
    }

    public T result() throws Exception {
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
}
