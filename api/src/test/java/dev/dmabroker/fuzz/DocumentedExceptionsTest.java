package dev.dmabroker.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The Javadoc of a method names the exceptions that applications meet, also the rare ones. */
class DocumentedExceptionsTest extends Fixture {
  private static final Path SOURCES = Path.of("src/main/java/dev/dmabroker");
  private static final Duration SHORT = Duration.ofMillis(20);

  private static DocumentedExceptions documented = DocumentedExceptions.none();

  @BeforeAll
  static void read() throws IOException {
    assumeTrue(ToolProvider.getSystemJavaCompiler() != null, "a JDK parses the Javadoc");
    documented = DocumentedExceptions.ofPackage(SOURCES);
  }

  private static void assertDocumented(
      String method, Class<? extends RuntimeException> type, Executable call) {
    RuntimeException unused = assertThrows(type, call);
    assertTrue(documented.covers(method, type), method + " names only " + documented.of(method));
  }

  // ---- The reading of Javadoc ----

  @Test
  void aMethodThrowsWhatItsJavadocNames() {
    assertEquals(
        Set.of("PinnedException", "ClosedException"), documented.of("SharedBuffer.tryEvacuate()"));
    assertEquals(Set.of(), documented.of("SharedBuffer.name()"));
  }

  @Test
  void aMethodWithoutExceptionsThrowsThoseOfMethodsThatItLinksTo() {
    assertEquals(
        documented.of("Attachment.map(Access,Duration)"),
        documented.of("Attachment.mapAsync(Access)"));
    assertEquals(
        documented.of("SharedBuffer.prepare(Duration)"), documented.of("SharedBuffer.prepare()"));
  }

  @Test
  void aFutureFailsWithWhatItsTextLinksToBesideWhatItsMethodThrows() {
    assertEquals(
        documented.of("BufferStream.acquire(Duration)"),
        documented.of("BufferStream.acquireAsync(Duration)"));
    assertEquals(
        documented.of("Attachment.map(Access,Duration)"),
        documented.of("Attachment.mapAsync(Access,Duration)"));
  }

  @Test
  void evacuateThrowsWhatItThrowsWithATimeout() {
    assertEquals(
        documented.of("SharedBuffer.evacuate(Duration)"), documented.of("SharedBuffer.evacuate()"));
  }

  @Test
  void aSupertypeOfAllFailuresSaysNothing() {
    assertTrue(documented.covers("SharedBuffer.tryEvacuate()", ClosedException.class));
    assertFalse(documented.covers("SharedBuffer.tryEvacuate()", BrokerException.class));
    assertTrue(
        documented.covers("CpuView.bytes(long,int)", StringIndexOutOfBoundsException.class),
        "a subclass of what is named");
  }

  @Test
  void nestedTypesAndArraysHaveTheirNames() {
    assertTrue(documented.methods().contains("BrokerBuilder.moveRetries(Duration,int)"));
    assertTrue(documented.methods().contains("DeviceSpec.Builder.alternatives(Constraints[])"));
    assertTrue(documented.methods().contains("Attachment.onMove(MoveListener)"));
  }

  // ---- Exceptions that are rare ----

  @Test
  void budgets() {
    broker.close();
    broker = builder().budget("camera", SIZE + 1).build();
    Device camera = broker.register("camera", Constraints.none());
    Device wide = broker.register("wide", Constraints.builder().minSize(2 * SIZE).build());
    SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE), camera);
    Attachment attachment = buffer.attach(wide);
    Class<BudgetExceededException> type = BudgetExceededException.class;
    assertDocumented("Attachment.map(Access)", type, () -> attachment.map(Access.READ));
    assertDocumented(
        "Attachment.map(Access,Duration)", type, () -> attachment.map(Access.READ, SHORT));
    assertDocumented("Attachment.pin()", type, attachment::pin);
    assertDocumented("Attachment.pin(Duration)", type, () -> attachment.pin(SHORT));
    assertDocumented("SharedBuffer.prepare()", type, buffer::prepare);
    assertDocumented("SharedBuffer.prepare(Duration)", type, () -> buffer.prepare(SHORT));
  }

  @Test
  void ringsOfWaits() {
    SharedBuffer buffer = export();
    Attachment attachment = buffer.attach(broker.register("camera", Constraints.none()));
    try (Mapping mapping = attachment.map(Access.READ_WRITE)) {
      Attachment unused = buffer.attach(broker.register("display", CONTIGUOUS));
      assertDocumented(
          "SharedBuffer.prepare(Duration)",
          WouldDeadlockException.class,
          () -> buffer.prepare(SHORT));
      assertTrue(mapping.isOpen());
    }
  }

  @Test
  void producersThatAreLeftOut() {
    Device producer =
        broker.register(
            DeviceSpec.builder("producer")
                .constraints(Constraints.builder().permittedHeaps("system").build())
                .dispensable()
                .build());
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), producer));
    StreamConsumer consumer =
        stream.consumer(broker.register("display", CONTIGUOUS), StreamConsumer.Policy.EVERY_FRAME);
    stream.start();
    assertDocumented(
        "BufferStream.acquire(Duration)", LeftOutException.class, () -> stream.acquire(SHORT));
    consumer.close();
    stream.close();
  }

  @Test
  void memoryThatCannotBeMapped() {
    broker.close();
    broker =
        builder()
            .heap(
                new ScriptedHeap("first", ScriptedHeap.ordinary().build()) {
                  @Override
                  public Backing allocate(Request request) throws HeapException {
                    return new Unmappable(super.allocate(request));
                  }
                })
            .heuristic(new InOrder())
            .build();
    Attachment attachment =
        export()
            .attach(broker.register("cpu", Constraints.builder().permittedHeaps("first").build()));
    try (Mapping mapping = attachment.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertDocumented("CpuView.bytes()", CpuAccessException.class, view::bytes);
      assertDocumented("CpuView.bytes(long,int)", CpuAccessException.class, () -> view.bytes(0, 1));
    }
  }

  private static final class Unmappable extends ForwardingBacking {
    Unmappable(Backing memory) {
      super(memory);
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      throw new HeapException(HeapException.Kind.FAILED, "ENOMEM");
    }
  }

  @Test
  void badArguments() {
    Class<IllegalArgumentException> type = IllegalArgumentException.class;
    List<String> durations = List.of("mapTimeout", "longestHold", "closeTimeout");
    for (String setting : durations) {
      assertTrue(documented.covers("BrokerBuilder." + setting + "(Duration)", type), setting);
    }
    assertDocumented(
        "Broker.register(String,Constraints)",
        type,
        () -> broker.register(" ", Constraints.none()));
    assertDocumented(
        "Broker.export(String,BufferSpec)", type, () -> broker.export(" ", BlobSpec.of(1)));
  }
}
