package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Attachment;
import dev.dmabroker.BlobSpec;
import dev.dmabroker.Broker;
import dev.dmabroker.Constraints;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * A buffer that moves back and forth under its users is still one register: every history of maps,
 * unmaps, attaches, detaches and moves has an order in which each read sees the last write. {@link
 * Register} is the sequential specification.
 */
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class BufferLincheckTest {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** One broker for all runs: its threads would otherwise be started for each of thousands. */
  private static final Broker BROKER =
      Broker.builder()
          .heap(ScriptedHeap.system())
          .heap(ScriptedHeap.cma())
          .heap(new ScriptedHeap("other", ScriptedHeap.ordinary().build()))
          .heuristic(new Fixture.InOrder())
          .build();

  private static final Device CPU = BROKER.register("cpu", Constraints.none());
  private static final Device NOT_SYSTEM =
      BROKER.register("not-system", Constraints.builder().forbiddenHeaps("system").build());
  private static final Device NOT_CMA =
      BROKER.register("not-cma", Constraints.builder().forbiddenHeaps("cma").build());

  private final SharedBuffer buffer = BROKER.export(BlobSpec.of(64));
  private final Attachment writer = buffer.attach(CPU);
  private final Attachment reader = buffer.attach(CPU);

  @Operation
  public void write(@Param(name = "value") int value) {
    try (Mapping mapping = writer.map(Access.READ_WRITE);
        CpuView view = mapping.cpuView()) {
      LONG.setVolatile(view.bytes(), 0, (long) value);
    }
  }

  @Operation
  public long read() {
    return read(reader);
  }

  /** Moves the buffer out of the system heap if it is there, and reads. */
  @Operation
  public long readElsewhere() {
    try (Attachment attachment = buffer.attach(NOT_SYSTEM)) {
      return read(attachment);
    }
  }

  /** Moves the buffer out of the CMA heap if it is there, and reads. */
  @Operation
  public long readOutsideCma() {
    try (Attachment attachment = buffer.attach(NOT_CMA)) {
      return read(attachment);
    }
  }

  /** Adds without losing what others add: only if no write is lost in a move. */
  @Operation
  public long add(@Param(name = "value") int value) {
    try (Mapping mapping = writer.map(Access.READ_WRITE);
        CpuView view = mapping.cpuView()) {
      return (long) LONG.getAndAdd(view.bytes(), 0, (long) value);
    }
  }

  private static long read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ);
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
        .iterations(25)
        .invocationsPerIteration(150)
        .threads(3)
        .actorsPerThread(3)
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

    public long read() {
      return value;
    }

    public long readElsewhere() {
      return value;
    }

    public long readOutsideCma() {
      return value;
    }

    public long add(int addend) {
      long before = value;
      value += addend;
      return before;
    }
  }
}
