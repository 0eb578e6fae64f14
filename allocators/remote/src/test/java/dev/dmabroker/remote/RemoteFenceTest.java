package dev.dmabroker.remote;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.LinuxFencePoller;
import dev.dmabroker.allocators.linux.SwSync;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.FenceFailure;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fences of the kernel that cross between clients and the service, as sync files. */
class RemoteFenceTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();
  private static final Constraints CONTIGUOUS =
      Constraints.builder().cpuOnly().contiguous().build();

  @TempDir private Path folder;
  private final BlockingQueue<FenceFailure> failed = new LinkedBlockingQueue<>();
  private SwSync timeline;
  private LinuxFencePoller poller;
  private Broker broker;
  private BrokerService service;
  private RemoteBroker camera;
  private RemoteBroker viewer;

  @BeforeEach
  void serve() throws Exception {
    timeline = SwSync.require();
    poller = new LinuxFencePoller();
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .fencePoller(poller)
            .listener(
                new BrokerListener() {
                  @Override
                  public void fenceFailed(FenceFailure event) {
                    failed.add(event);
                  }
                },
                Delivery.QUEUED)
            .build();
    ClientLimits limits = ClientLimits.builder().longestHold(EMULATED).build();
    service =
        BrokerService.builder(broker)
            .admission(peer -> new Admitted(ClientTerms.builder().limits(limits).build()))
            .start(folder.resolve("socket"));
    camera = RemoteBroker.connect(folder.resolve("socket"), "camera");
    viewer = RemoteBroker.connect(folder.resolve("socket"), "viewer");
  }

  @AfterEach
  void end() {
    if (broker != null) {
      timeline.close(); // Whatever was never signalled fails now.
      camera.close();
      viewer.close();
      service.close();
      broker.close();
      poller.close();
    }
  }

  private static Device device(RemoteBroker of, String name, Constraints constraints) {
    return of.register(
        DeviceSpec.builder(name).constraints(constraints).longestHold(EMULATED).build());
  }

  private static void write(MappedMemory mapping, int value) {
    try (CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, value);
    }
  }

  private static int read(MappedMemory mapping) {
    try (CpuView view = mapping.cpuView()) {
      return view.bytes().getInt(0);
    }
  }

  /** A move waits for what the client's device still writes, by messages and by words. */
  @Test
  void aMoveWaitsForTheFenceOfAMappingOfAnotherProcess() throws Exception {
    SharedBuffer frame = camera.export("frame", BlobSpec.of(4096));
    Attachment in = frame.attach(device(camera, "sensor", CPU));
    Mapping first = in.map(Access.WRITE);
    write(first, 41);
    first.closeAfter(new SyncFile(timeline.fence(1)));
    Mapping counted = in.map(Access.WRITE);
    write(counted, 42);
    counted.closeAfter(new SyncFile(timeline.fence(2)));
    SharedBuffer theirs = viewer.openBuffer(camera.share(frame, Rights.of(Access.READ_WRITE)));
    CompletableFuture<Mapping> late =
        theirs.attach(device(viewer, "display", CONTIGUOUS)).mapAsync(Access.READ, EMULATED);
    Await.until("the move waits", () -> broker.snapshot().buffers().get(0).waiting() > 0);
    timeline.advance(1);
    assertFalse(late.isDone(), "one of the two has not signalled");
    timeline.advance(1);
    try (Mapping mapping = late.get(EMULATED.toSeconds(), TimeUnit.SECONDS)) {
      assertEquals("cma", mapping.heapName());
      assertEquals(42, read(mapping));
    }
  }

  @Test
  void aFrameIsHandedOnWhenTheFenceOfItsProducerHasSignalled() throws Exception {
    BufferStream stream =
        camera.stream(
            StreamSpec.builder("video", BlobSpec.of(4096), device(camera, "sensor", CPU)).build());
    camera.publish("front", stream);
    StreamConsumer consumer =
        viewer
            .openStream("front", EMULATED)
            .consumer(device(viewer, "display", CPU), Policy.EVERY_FRAME);
    stream.start();
    EmptyFrame empty = stream.acquire(EMULATED);
    write(empty.mapping(), 7);
    empty.submitAfter(new SyncFile(timeline.fence(1)));
    assertTrue(consumer.tryTake().isEmpty());
    timeline.advance(1);
    Frame frame = consumer.take(EMULATED);
    assertEquals(7, read(frame.mapping()));
    frame.closeAfter(new SyncFile(timeline.fence(2)));
    int all = stream.snapshot().depth();
    assertEquals(all - 1, stream.snapshot().free(), "it is not back before its reader is done");
    timeline.advance(1);
    Await.until("it is back", () -> stream.snapshot().free() == all);
  }

  @Test
  void aFenceThatFailsIsToldWithItsClientsDevice() throws Exception {
    SharedBuffer frame = camera.export("frame", BlobSpec.of(4096));
    Mapping mapping = frame.attach(device(camera, "sensor", CPU)).map(Access.WRITE);
    mapping.closeAfter(new SyncFile(timeline.fence(1)));
    timeline.close();
    FenceFailure failure = Events.next(failed, EMULATED);
    assertEquals("camera/frame", failure.buffer());
    assertEquals("camera/sensor", failure.device());
    assertEquals(SwSync.ERRNO_OF_CLOSED_TIMELINE, failure.errno());
    assertTrue(frame.tryEvacuate());
  }
}
