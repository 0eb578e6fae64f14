package dev.dmabroker.docs;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.FenceException;
import dev.dmabroker.Frame;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.Pin;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.allocators.ImportedDmaBuf;
import dev.dmabroker.allocators.MemoryRefusedException;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.UserMemory;
import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.gstreamer.BufferRefusedException;
import dev.dmabroker.gstreamer.PipelineBuffer;
import dev.dmabroker.gstreamer.PipelineConsumer;
import dev.dmabroker.gstreamer.PipelineFrames;
import dev.dmabroker.heuristics.PeerTable;
import dev.dmabroker.heuristics.PeerTableException;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.NotRemoteException;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.InvalidConstraintException;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/** Has each exception of the library thrown, as applications meet it. */
final class Failures extends Fixture implements AutoCloseable {
  /** Has exceptions of one class thrown, in the order in which the page shows them. */
  interface Provocation {
    /** Returns what was thrown. */
    List<? extends Exception> of(Failures scene) throws Exception;
  }

  /** All public classes of exceptions. */
  static final Map<Class<? extends Exception>, Provocation> ALL =
      Map.ofEntries(
          Map.entry(AllocationException.class, Failures::allocation),
          Map.entry(BudgetExceededException.class, Failures::budgetExceeded),
          Map.entry(BufferRefusedException.class, Failures::bufferRefused),
          Map.entry(BusyException.class, Failures::busy),
          Map.entry(ClosedException.class, Failures::closed),
          Map.entry(CpuAccessException.class, Failures::cpuAccess),
          Map.entry(DescriptorException.class, Failures::descriptor),
          Map.entry(DeviceException.class, Failures::device),
          Map.entry(DuplicateMemoryException.class, Failures::duplicateMemory),
          Map.entry(DuplicateNameException.class, Failures::duplicateName),
          Map.entry(FenceException.class, Failures::fence),
          Map.entry(HeapException.class, Failures::heap),
          Map.entry(InvalidConstraintException.class, Failures::invalidConstraint),
          Map.entry(LeftOutException.class, Failures::leftOut),
          Map.entry(MemoryRefusedException.class, Failures::memoryRefused),
          Map.entry(MoveFailedException.class, Failures::moveFailed),
          Map.entry(NotRemoteException.class, Failures::notRemote),
          Map.entry(OutstandingMappingsException.class, Failures::outstandingMappings),
          Map.entry(PeerTableException.class, Failures::peerTable),
          Map.entry(PinnedException.class, Failures::pinned),
          Map.entry(SearchLimitException.class, Failures::searchLimit),
          Map.entry(StreamStoppedException.class, Failures::streamStopped),
          Map.entry(UndeclaredAccessException.class, Failures::undeclaredAccess),
          Map.entry(UnsatisfiableException.class, Failures::unsatisfiable),
          Map.entry(WaitInterruptedException.class, Failures::waitInterrupted),
          Map.entry(WaitTimeoutException.class, Failures::waitTimeout),
          Map.entry(WouldDeadlockException.class, Failures::wouldDeadlock));

  private static final Duration SHORT = Duration.ofMillis(20);
  private static final ImageSpec PICTURE = ImageSpec.of(1920, 1080, PixelFormat.NV12);
  private static final Constraints SCATTERED =
      Constraints.builder().permittedHeaps("system").build();

  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofMinutes(10)).build());
  private final Device display = broker.register("display", CONTIGUOUS);

  /** A buffer in the heap system, for the camera. */
  private final SharedBuffer frame = broker.export("frame-7", PICTURE);

  private final Attachment in = frame.attach(camera);

  @Override
  public void close() throws InterruptedException {
    nothingIsLeft();
  }

  private static <E extends Exception> E thrown(Class<E> type, Executable call) {
    return assertThrows(type, call);
  }

  /** Puts another broker in the place of the one that the fixture made. */
  private Broker anew(BrokerBuilder builder) {
    broker.close();
    broker = builder.build();
    return broker;
  }

  List<Exception> allocation() {
    anew(Broker.builder().heap(small()).heuristic(new InOrder()));
    Device recorder = broker.register("recorder", Constraints.none());
    write(broker.export("frame-1", PICTURE).attach(recorder), 0);
    Attachment second = broker.export("frame-2", PICTURE).attach(recorder);
    return List.of(thrown(AllocationException.class, () -> second.map(Access.WRITE)));
  }

  /** A heap that holds one picture. */
  private static ModelledHeap small() {
    return ModelledHeap.builder("modelled-cma").contiguous(true).capacityBytes(4 << 20).build();
  }

  List<Exception> budgetExceeded() {
    anew(builder().budget("recorder", 8_000_000));
    Device recorder = broker.register("recorder", Constraints.none());
    SharedBuffer unusedFirst = broker.export("frame-1", PICTURE, recorder);
    SharedBuffer unusedSecond = broker.export("frame-2", PICTURE, recorder);
    return List.of(
        thrown(BudgetExceededException.class, () -> broker.export("frame-3", PICTURE, recorder)),
        thrown(
            BudgetExceededException.class,
            () -> broker.export("sheet", BlobSpec.of(9_000_000), recorder)));
  }

  private BufferStream started() {
    BufferStream stream = broker.stream(StreamSpec.of("video", PICTURE, camera));
    stream.start();
    return stream;
  }

  /** Has a viewer hold a frame of the stream. */
  private Frame held(BufferStream stream) {
    StreamConsumer viewer =
        stream.consumer(
            broker.register("viewer", Constraints.none()), StreamConsumer.Policy.EVERY_FRAME);
    stream.acquire().submit();
    return viewer.take();
  }

  List<Exception> busy() throws Exception {
    BufferStream stream = started();
    try (Frame held = held(stream)) {
      Running<Boolean> stopping =
          start(
                  () -> {
                    stream.stop(Duration.ofSeconds(30));
                    return true;
                  })
              .parked();
      BusyException failure = thrown(BusyException.class, stream::start);
      held.close();
      boolean unused = stopping.result();
      return List.of(failure);
    }
  }

  List<Exception> closed() {
    in.close();
    ClosedException attachment = thrown(ClosedException.class, () -> in.map(Access.WRITE));
    broker.close();
    return List.of(
        attachment, thrown(ClosedException.class, () -> broker.export("frame-8", PICTURE)));
  }

  List<Exception> cpuAccess() {
    system.onBegin(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "DMA_BUF_IOCTL_SYNC: EIO");
        });
    try (Mapping mapping = in.map(Access.WRITE)) {
      return List.of(thrown(CpuAccessException.class, mapping::cpuView));
    }
  }

  List<Exception> descriptor() {
    SharedBuffer bytes =
        broker.adopt("bytes", BlobSpec.of(4096), UserMemory.of(ByteBuffer.allocateDirect(4096)));
    Attachment reader =
        bytes.attach(broker.register("cpu", Constraints.builder().cpuOnly().build()));
    try (Mapping mapping = reader.map(Access.READ);
        Mapping other = in.map(Access.WRITE)) {
      return List.of(
          thrown(DescriptorException.class, mapping::fd),
          thrown(DescriptorException.class, other::dupFd));
    }
  }

  List<Exception> device() {
    return List.of(
        thrown(DeviceException.class, () -> V4l2Device.open(Path.of("/dev/no-video"))),
        thrown(DeviceException.class, () -> V4l2Device.open(Path.of("/dev/null"))));
  }

  List<Exception> bufferRefused() {
    try (PipelineFrames frames = PipelineFrames.of(broker);
        PipelineConsumer consumer = frames.consumer(display, StreamConsumer.Policy.LATEST)) {
      return Stream.of(24L, 1536L)
          .map(
              sizeBytes ->
                  new PipelineBuffer(
                      1_000_000,
                      0,
                      sizeBytes,
                      "video/x-raw, format=NV12, width=64, height=16",
                      List.of(),
                      Optional.empty()))
          .<Exception>map(
              buffer ->
                  thrown(
                      BufferRefusedException.class,
                      () -> frames.offer(buffer, () -> consumer.policy())))
          .toList();
    }
  }

  List<Exception> duplicateMemory() {
    ScriptedMemory memory =
        new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, "inode 42");
    SharedBuffer unused = broker.adopt("screen", BlobSpec.of(SIZE), memory);
    return List.of(
        thrown(
            DuplicateMemoryException.class,
            () -> broker.adopt("screen-2", BlobSpec.of(SIZE), memory)));
  }

  List<Exception> duplicateName() {
    return List.of(
        thrown(DuplicateNameException.class, () -> broker.register("camera", Constraints.none())));
  }

  List<Exception> fence() {
    try (Mapping mapping = in.map(Access.WRITE)) {
      return List.of(
          thrown(FenceException.class, () -> mapping.closeAfter(new SyncFile(1_000_000))));
    }
  }

  List<Exception> heap() {
    try (ModelledHeap heap = small()) {
      return List.of(
          thrown(HeapException.class, () -> heap.allocate(new Heap.Request("sheet", 9_000_000))));
    }
  }

  List<Exception> invalidConstraint() {
    return List.of(
        thrown(InvalidConstraintException.class, () -> Constraints.builder().addressBits(0)),
        thrown(
            InvalidConstraintException.class,
            () -> Constraints.builder().permittedHeaps("cma").forbiddenHeaps("cma").build()));
  }

  List<Exception> leftOut() {
    Device meter =
        broker.register(DeviceSpec.builder("meter").constraints(SCATTERED).dispensable().build());
    Attachment measured = frame.attach(meter);
    Attachment unused = frame.attach(display);
    return List.of(
        thrown(LeftOutException.class, () -> measured.map(Access.READ)), hangingPreview());
  }

  /** The preview takes a frame as soon as it is there, and keeps it. */
  private LeftOutException hangingPreview() {
    Device preview = broker.register("preview", Constraints.none());
    StreamSpec spec =
        StreamSpec.builder("video", BlobSpec.of(4096), camera).dispensable(preview, SHORT).build();
    BufferStream stream = broker.stream(spec);
    StreamConsumer consumer = stream.consumer(preview, StreamConsumer.Policy.EVERY_FRAME);
    CompletableFuture<Frame> taken = consumer.takeAsync();
    stream.start();
    stream.acquire().submit();
    Frame kept = taken.join();
    Await.until("it is late", () -> stream.snapshot().leftOut() == 1);
    LeftOutException failure = thrown(LeftOutException.class, consumer::take);
    kept.close();
    return failure;
  }

  List<Exception> memoryRefused() {
    return List.of(thrown(MemoryRefusedException.class, () -> ImportedDmaBuf.of(1_000_000)));
  }

  List<Exception> moveFailed() {
    Device hasty = broker.register(DeviceSpec.builder("encoder").longestHold(SHORT).build());
    SharedBuffer buffer = broker.export("frame-9", PICTURE);
    Mapping held = buffer.attach(hasty).map(Access.WRITE);
    Attachment out = buffer.attach(display);
    Exception failure = result(() -> thrown(MoveFailedException.class, () -> out.map(Access.READ)));
    held.close();
    return List.of(failure);
  }

  private <T> T result(Callable<T> call) {
    try {
      return start(call).result();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  List<Exception> outstandingMappings() {
    BufferStream stream = started();
    Frame held = held(stream);
    Exception stopped =
        result(() -> thrown(OutstandingMappingsException.class, () -> stream.stop(SHORT)));
    held.close();
    Mapping mapping = in.map(Access.WRITE);
    Exception closed = thrown(OutstandingMappingsException.class, broker::close);
    mapping.close();
    return List.of(stopped, closed);
  }

  List<Exception> notRemote() throws Exception {
    Path folder = Files.createTempDirectory("service");
    Path socket = folder.resolve("socket");
    try (BrokerService unused = BrokerService.builder(broker).start(socket);
        RemoteBroker remote = RemoteBroker.connect(socket, "application")) {
      return List.of(thrown(NotRemoteException.class, remote::rescan));
    } finally {
      Files.delete(folder.resolve("socket.lock"));
      Files.delete(folder);
    }
  }

  List<Exception> peerTable() {
    return List.of(
        thrown(
            PeerTableException.class,
            () -> PeerTable.parse("camera display yes\ncamera -> gpu\n")));
  }

  List<Exception> pinned() {
    try (Pin unused = in.pin()) {
      PinnedException pinned = thrown(PinnedException.class, () -> frame.attach(display));
      SharedBuffer adopted =
          broker.adopt(
              "screen",
              BlobSpec.of(SIZE),
              new ScriptedMemory(
                  ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, "inode 42"));
      return List.of(pinned, thrown(PinnedException.class, () -> adopted.attach(display)));
    }
  }

  List<Exception> searchLimit() {
    BigInteger prime = BigInteger.valueOf(100);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      Constraints[] alternatives = new Constraints[8];
      for (int j = 0; j < alternatives.length; j++) {
        prime = prime.nextProbablePrime();
        alternatives[j] =
            Constraints.builder()
                .image(ImageConstraints.builder().maxStride(10_000_000_000_000_000L))
                .strideAlignment(prime.longValue())
                .build();
      }
      devices.add(broker.register(DeviceSpec.builder("d" + i).alternatives(alternatives).build()));
    }
    return List.of(thrown(SearchLimitException.class, () -> broker.plan(PICTURE, devices)));
  }

  List<Exception> streamStopped() {
    BufferStream stream = broker.stream(StreamSpec.of("video", PICTURE, camera));
    Exception before = thrown(StreamStoppedException.class, stream::acquire);
    StreamConsumer consumer = stream.consumer(display, StreamConsumer.Policy.LATEST);
    stream.start();
    stream.stop();
    return List.of(before, thrown(StreamStoppedException.class, consumer::take));
  }

  List<Exception> undeclaredAccess() {
    Device viewer =
        broker.register(
            DeviceSpec.builder("viewer").access(Access.READ).constraints(SCATTERED).build());
    Attachment out = frame.attach(viewer);
    return List.of(thrown(UndeclaredAccessException.class, () -> out.map(Access.WRITE)));
  }

  List<Exception> unsatisfiable() {
    Attachment unused = frame.attach(display);
    Device modem = broker.register("modem", SCATTERED);
    return List.of(thrown(UnsatisfiableException.class, () -> frame.attach(modem)));
  }

  List<Exception> waitInterrupted() {
    try (Mapping unused = in.map(Access.WRITE)) {
      Attachment out = frame.attach(display);
      return List.of(
          result(
              () -> {
                Thread.currentThread().interrupt();
                return thrown(
                    WaitInterruptedException.class,
                    () -> out.map(Access.READ, Duration.ofMinutes(1)));
              }));
    }
  }

  List<Exception> waitTimeout() {
    Mapping held = in.map(Access.WRITE);
    Attachment out = frame.attach(display);
    Exception mapped =
        result(() -> thrown(WaitTimeoutException.class, () -> out.map(Access.READ, SHORT)));
    held.close();
    StreamConsumer consumer = started().consumer(display, StreamConsumer.Policy.LATEST);
    return List.of(mapped, thrown(WaitTimeoutException.class, () -> consumer.take(SHORT)));
  }

  List<Exception> wouldDeadlock() {
    try (Mapping unused = in.map(Access.WRITE)) {
      Attachment out = frame.attach(display);
      return List.of(thrown(WouldDeadlockException.class, () -> out.map(Access.READ)));
    }
  }

  static boolean isTransient(Exception failure) {
    return failure instanceof BrokerException each && each.isTransient();
  }
}
