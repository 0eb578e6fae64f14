package dev.dmabroker.scenario;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * A buffer that moves back and forth under its users is still one register: every history of maps
 * of all kinds, unmaps, attaches, detaches, pins, evacuations and moves has an order in which each
 * read sees the last write. {@link Register} is the sequential specification.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class BufferLincheckTest {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
  private static final Duration AT_ONCE = Duration.ofNanos(100_000);
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** One broker for all runs: its threads would otherwise be started for each of thousands. */
  private static final Broker BROKER =
      Broker.builder()
          .heap(ScriptedHeap.system())
          .heap(ScriptedHeap.cma())
          .heap(new ScriptedHeap("other", ScriptedHeap.ordinary().build()))
          .heuristic(new InOrder())
          .leakTracking(LeakTracking.NEVER) // By time and chance, which Lincheck must not meet.
          .build();

  private static final Device CPU = BROKER.register("cpu", Constraints.none());
  private static final Device NOT_SYSTEM =
      BROKER.register("not-system", Constraints.builder().forbiddenHeaps("system").build());
  private static final Device NOT_CMA =
      BROKER.register("not-cma", Constraints.builder().forbiddenHeaps("cma").build());

  private final ReentrantReadWriteLock overwriting = new ReentrantReadWriteLock();
  private final SharedBuffer buffer = BROKER.export(BlobSpec.of(64));
  private final Attachment writer = buffer.attach(CPU);
  private final Attachment reader = buffer.attach(CPU);

  @Operation
  public void write(@Param(name = "value") int value) {
    shared(() -> write(value, writer.map(Access.READ_WRITE)));
  }

  @Operation
  public void writeLater(@Param(name = "value") int value) {
    shared(() -> write(value, writer.mapAsync(Access.WRITE).join()));
  }

  /** Adds without losing what others add: only if no write is lost in a move. */
  @Operation
  public long add(@Param(name = "value") int value) {
    return shared(() -> addTo(value, writer.map(Access.READ_WRITE)));
  }

  /**
   * Adds by overwriting, or by writing if it is not let in at once. A move that this waits for need
   * not copy, but has to if this has given up. Nobody else may look between the map and the write.
   */
  @Operation
  public long addByOverwriting(@Param(name = "value") int value) {
    overwriting.writeLock().lock();
    try {
      long before = read(reader.map(Access.READ));
      try (Attachment attachment = buffer.attach(NOT_SYSTEM)) {
        write(before + value, attachment.map(Access.OVERWRITE, AT_ONCE));
      } catch (WaitTimeoutException e) {
        addTo(value, writer.map(Access.READ_WRITE));
      }
      return before;
    } finally {
      overwriting.writeLock().unlock();
    }
  }

  @Operation
  public void evacuate() {
    shared(
        () -> {
          buffer.evacuate(LONG_ENOUGH);
          return 0L;
        });
  }

  @Operation
  public long read() {
    return shared(() -> read(reader.map(Access.READ)));
  }

  @Operation
  public long readAtOnceIfPossible() {
    return shared(() -> read(reader.tryMap(Access.READ).orElseGet(() -> reader.map(Access.READ))));
  }

  @Operation
  public long readLater() {
    return shared(() -> read(reader.mapAsync(Access.READ).join()));
  }

  /** Moves the buffer out of the system heap if it is there, and reads. */
  @Operation
  public long readElsewhere() {
    return shared(() -> readFor(NOT_SYSTEM));
  }

  /** Moves the buffer out of the CMA heap if it is there, and reads. */
  @Operation
  public long readOutsideCma() {
    return shared(() -> readFor(NOT_CMA));
  }

  private long readFor(Device device) {
    try (Attachment attachment = buffer.attach(device)) {
      return read(attachment.map(Access.READ));
    }
  }

  /** Holds on to what may be the old place while the buffer moves, and reads it then. */
  @Operation
  public long readAcrossMove() {
    return shared(
        () -> {
          Mapping held = reader.map(Access.READ);
          try (Attachment attachment = buffer.attach(NOT_SYSTEM)) {
            attachment.map(Access.READ).close();
          } catch (PinnedException | WouldDeadlockException e) {
            // It does not move now, or is to be evacuated once this is closed.
          }
          return read(held);
        });
  }

  @Operation
  public long readAfterDetach() {
    return shared(
        () -> {
          Attachment attachment = buffer.attach(CPU);
          Mapping mapping = attachment.map(Access.READ);
          attachment.close();
          return read(mapping);
        });
  }

  @Operation
  public long readPinned() {
    return shared(
        () -> {
          try (Pin pin = reader.pin()) {
            return read(reader.map(Access.READ));
          }
        });
  }

  /** Beside all others but who overwrites; again, if it is kept out by a pin, which is short. */
  @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on who runs.
  private long shared(Supplier<Long> action) {
    overwriting.readLock().lock();
    try {
      while (true) {
        try {
          return action.get();
        } catch (PinnedException e) {
          Thread.yield();
        }
      }
    } finally {
      overwriting.readLock().unlock();
    }
  }

  private static long write(long value, Mapping mapping) {
    try (mapping;
        CpuView view = mapping.cpuView()) {
      LONG.setVolatile(view.bytes(), 0, value);
      return value;
    }
  }

  private static long addTo(long addend, Mapping mapping) {
    try (mapping;
        CpuView view = mapping.cpuView()) {
      return (long) LONG.getAndAdd(view.bytes(), 0, addend);
    }
  }

  private static long read(Mapping mapping) {
    try (mapping;
        CpuView view = mapping.cpuView()) {
      return (long) LONG.getVolatile(view.bytes(), 0);
    }
  }

  /** Called after each run. */
  @Validate
  public void close() {
    writer.close();
    reader.close();
    buffer.close();
  }

  @Test
  void isLinearizable() {
    new StressOptions()
        .iterations(30)
        .invocationsPerIteration(80)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .sequentialSpecification(Register.class)
        .check(BufferLincheckTest.class);
  }

  /** What a buffer is, seen from outside. */
  public static class Register {
    private long value;

    public void write(int newValue) {
      value = newValue;
    }

    public void writeLater(int newValue) {
      value = newValue;
    }

    public long add(int addend) {
      long before = value;
      value += addend;
      return before;
    }

    public long addByOverwriting(int addend) {
      return add(addend);
    }

    public void evacuate() {
      value = 0;
    }

    public long read() {
      return value;
    }

    public long readAtOnceIfPossible() {
      return value;
    }

    public long readLater() {
      return value;
    }

    public long readElsewhere() {
      return value;
    }

    public long readOutsideCma() {
      return value;
    }

    public long readAcrossMove() {
      return value;
    }

    public long readAfterDetach() {
      return value;
    }

    public long readPinned() {
      return value;
    }
  }
}
