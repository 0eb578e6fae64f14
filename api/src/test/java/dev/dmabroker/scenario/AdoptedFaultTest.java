package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import dev.dmabroker.testing.SnapshotInvariants;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Adopted memory of which every method throws, whatever the application does with the buffer: each
 * call works or throws a {@link BrokerException} that names the buffer and has the fault as its
 * cause, and the buffer is of use again as soon as the memory is.
 */
class AdoptedFaultTest extends Fixture {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** What the memory throws; null while it behaves. */
  private volatile @Nullable Throwable fault;

  private final ScriptedMemory movable = memory(/* movable= */ true);
  private final ScriptedMemory staying = memory(/* movable= */ false);
  private int devices;

  private static ScriptedMemory memory(boolean movable) {
    return new ScriptedMemory(ScriptedHeap.ordinary().build(), movable, SIZE, new Object());
  }

  private enum Kind {
    REFUSAL(() -> new HeapException(HeapException.Kind.FAILED, "told to")),
    CHECKED(() -> new IOException("told to, though it is not declared")),
    UNCHECKED(() -> new IllegalStateException("told to")),
    FAULT(() -> new InternalError("told to")),
    MEMORY(() -> new OutOfMemoryError("told to"));

    @SuppressWarnings("ImmutableEnumChecker") // Each is a lambda that holds nothing.
    private final Supplier<Throwable> make;

    Kind(Supplier<Throwable> make) {
      this.make = make;
    }
  }

  /** What an application does with a buffer, of which it has a mapping and a view. */
  private interface Deed {
    void run(Use use) throws Exception;
  }

  private record Operation(String name, Deed deed) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** All that an application has when the memory begins to throw. */
  private record Use(
      AdoptedFaultTest test,
      SharedBuffer buffer,
      Attachment attachment,
      Mapping mapping,
      CpuView view) {}

  private static final List<Operation> OPERATIONS =
      List.of(
          new Operation("map", use -> use.attachment.map(Access.READ).close()),
          new Operation(
              "tryMap", use -> use.attachment.tryMap(Access.READ).ifPresent(Mapping::close)),
          new Operation("mapAsync", use -> use.attachment.mapAsync(Access.READ).get().close()),
          new Operation("fd", use -> use.mapping.fd()),
          new Operation("dupFd", use -> use.mapping.dupFd()),
          new Operation("layout", use -> use.mapping.layout()),
          new Operation("sizeBytes", use -> use.mapping.sizeBytes()),
          new Operation("cpuView", use -> use.mapping.cpuView().close()),
          new Operation("bytes", use -> use.view.bytes()),
          new Operation("bytes of a part", use -> use.view.bytes(0, 8)),
          new Operation("end of a view", use -> use.view.close()),
          new Operation("end of a mapping", use -> use.mapping.close()),
          new Operation("pin", use -> use.attachment.pin().close()),
          new Operation("prepare", use -> use.buffer.prepare()),
          new Operation("tryEvacuate", use -> use.buffer.tryEvacuate()),
          new Operation("attach and map", AdoptedFaultTest::attachStricter),
          new Operation("shadow", AdoptedFaultTest::refresh),
          new Operation("write back", AdoptedFaultTest::writeBack),
          new Operation("adopt again", AdoptedFaultTest::adoptAgain),
          new Operation("snapshot", use -> use.test.broker.snapshot()),
          new Operation("detach", use -> use.attachment.close()),
          new Operation("close", use -> use.buffer.close()));

  private static void attachStricter(Use use) {
    use.view.close();
    use.mapping.close();
    try (Attachment strict = use.buffer.attach(use.test.broker.register("strict", CONTIGUOUS))) {
      strict.map(Access.READ).close();
    }
  }

  private static void refresh(Use use) {
    try (Shadow shadow = use.test.broker.shadow(use.buffer)) {
      shadow.refresh(SOON);
    }
  }

  private static void writeBack(Use use) {
    try (Shadow shadow = use.test.broker.shadow(use.buffer)) {
      shadow.writeBack(SOON);
    }
  }

  private static void adoptAgain(Use use) {
    use.test.adopt(use.test.movable).close();
  }

  private SharedBuffer adopt(ScriptedMemory memory) {
    return broker.adopt("frame", BlobSpec.of(SIZE), new Throwing(memory));
  }

  /** Memory that throws what the test says, at every method of what it opens. */
  private final class Throwing implements ForeignMemory {
    private final ScriptedMemory memory;

    Throwing(ScriptedMemory memory) {
      this.memory = memory;
    }

    @Override
    public String name() {
      return memory.name();
    }

    @Override
    public HeapTraits traits() {
      return memory.traits();
    }

    @Override
    public boolean movable() {
      return memory.movable();
    }

    @Override
    public Backing open() throws HeapException {
      return new ThrowingBacking(memory.open());
    }
  }

  /** An opened memory; only giving it back works always, as the test looks for what is left. */
  private final class ThrowingBacking extends ForwardingBacking {
    ThrowingBacking(Backing memory) {
      super(memory);
    }

    @Override
    public long sizeBytes() {
      fail();
      return super.sizeBytes();
    }

    @Override
    public int fd() {
      fail();
      return super.fd();
    }

    @Override
    public int dupFd() throws HeapException {
      fail();
      return super.dupFd();
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      fail();
      return super.bytes(offsetBytes, lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      fail();
      super.beginCpuAccess(access);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      fail();
      super.endCpuAccess(access);
    }

    @Override
    public Optional<SyncFile> pendingFence(Access access) throws HeapException {
      fail();
      return memory.pendingFence(access);
    }

    @Override
    public Optional<Object> identity() {
      fail();
      return memory.identity();
    }
  }

  private void fail() {
    Throwable thrown = fault;
    if (thrown != null) {
      AdoptedFaultTest.<RuntimeException>sneak(thrown);
    }
  }

  /** Throws also what is checked and not declared, as memory in another language may. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  static Stream<Arguments> faults() {
    return OPERATIONS.stream()
        .flatMap(each -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(each, kind)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void movableMemory(Operation operation, Kind kind) throws Exception {
    check(movable, operation, kind);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void memoryThatStays(Operation operation, Kind kind) throws Exception {
    check(staying, operation, kind);
  }

  private void check(ScriptedMemory memory, Operation operation, Kind kind) throws Exception {
    SharedBuffer buffer = adopt(memory);
    Attachment attachment = buffer.attach(device());
    Mapping mapping = attachment.map(Access.READ);
    Use use = new Use(this, buffer, attachment, mapping, mapping.cpuView());
    Throwable thrown = kind.make.get();
    fault = thrown;
    try {
      operation.deed().run(use);
    } catch (BrokerException | IllegalArgumentException | ExecutionException e) {
      assertTold(e instanceof ExecutionException ? e.getCause() : e, thrown);
    }
    SnapshotInvariants.check(broker.snapshot());
    fault = null;
    use.view.close();
    mapping.close();
    if (buffer.state() != SharedBuffer.State.RELEASED && !operation.name().equals("close")) {
      assertEquals(42, read(buffer.attach(device())));
    }
    broker.close();
    Await.until("all is given back", () -> memory.heap.live() + system.live() + cma.live() == 0);
    SnapshotInvariants.checkAtRest(broker.snapshot());
  }

  private Device device() {
    return broker.register("camera-" + devices++, Constraints.none());
  }

  private static void assertTold(@Nullable Throwable told, Throwable thrown) {
    if (told instanceof IllegalArgumentException) {
      return; // The buffer moves by itself and has no shadow.
    }
    assertTrue(told instanceof BrokerException, () -> "not documented: " + told);
    if (told != null && Throwables.getCausalChain(told).contains(thrown)) {
      assertSays(told, "frame", "told to");
    }
  }
}
