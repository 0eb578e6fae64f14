package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteBrokerTest {

  @TempDir private Path folder;
  private Broker broker;
  private BrokerService service;
  private RemoteBroker remote;

  @BeforeEach
  void serve() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    service = BrokerService.builder(broker).start(folder.resolve("socket"));
    remote = RemoteBroker.connect(folder.resolve("socket"), "player");
  }

  @AfterEach
  void end() {
    remote.close();
    service.close();
    broker.close();
  }

  private static void write(Attachment attachment, int value) {
    try (Mapping mapping = attachment.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, value);
    }
  }

  private static int read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      return view.bytes().getInt(0);
    }
  }

  @Test
  void aBufferMovesForALateDeviceOfAnotherClient() throws Exception {
    Device camera = remote.register("camera", Constraints.builder().cpuOnly().build());
    SharedBuffer frame = remote.export("frame", BlobSpec.of(4096));
    Attachment in = frame.attach(camera);
    write(in, 42);
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals("system", mapping.heapName());
      assertEquals(1, mapping.generation());
      assertTrue(mapping.fd() > 0);
    }
    Device display =
        remote.register("display", Constraints.builder().cpuOnly().contiguous().build());
    Attachment out = frame.attach(display);
    assertEquals(42, read(out));
    try (Mapping mapping = out.map(Access.READ)) {
      assertEquals("cma", mapping.heapName());
      assertEquals(2, mapping.generation());
    }
    write(in, 43);
    assertEquals(43, read(out));
    assertEquals(
        List.of("player/camera", "player/display"),
        broker.snapshot().devices().stream().map(it -> it.name()).sorted().toList());
  }

  @Test
  void refusalsAreThoseOfALocalBroker() {
    Device picky =
        remote.register("picky", Constraints.builder().permittedHeaps("nowhere").build());
    SharedBuffer frame = remote.export(BlobSpec.of(4096));
    UnsatisfiableException refused =
        assertThrows(UnsatisfiableException.class, () -> frame.attach(picky));
    assertTrue(refused.plan().passedOver().size() >= 2, refused::getMessage);
    assertEquals("permittedHeaps", refused.conflict().clauses().get(0).field());
    assertTrue(remote.plan(BlobSpec.of(4096), List.of(picky)).placements().isEmpty());
  }

  @Test
  void whatAClientHadIsClosedWhenItGoes() throws Exception {
    try (RemoteBroker other = RemoteBroker.connect(folder.resolve("socket"), "player")) {
      assertEquals("player-2", other.name());
      Device camera = other.register("camera", Constraints.builder().cpuOnly().build());
      Attachment in = other.export("frame", BlobSpec.of(4096)).attach(camera);
      Mapping unused = in.map(Access.WRITE);
      assertEquals(1, broker.snapshot().buffers().size());
    }
    Await.until("the buffer has gone", () -> broker.snapshot().buffers().isEmpty());
    Await.until("the device has gone", () -> broker.snapshot().devices().isEmpty());
  }

  @Test
  void clientsAreToldWhenTheServiceEnds() throws Exception {
    Device camera = remote.register("camera", Constraints.builder().cpuOnly().build());
    Attachment in = remote.export("frame", BlobSpec.of(4096)).attach(camera);
    Mapping mapping = in.map(Access.WRITE);
    service.close();
    Await.until("the client knows", () -> isRefused(in));
    assertTrue(mapping.isOpen());
    try (CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, 42); // What is mapped stays mapped.
    }
    String text =
        String.valueOf(assertThrows(ClosedException.class, () -> in.map(Access.READ)).getMessage());
    assertTrue(text.contains("the service ends; connect again"), text);
    mapping.close();
    in.close();
  }

  private static boolean isRefused(Attachment attachment) {
    try {
      attachment.map(Access.READ).close();
      return false;
    } catch (ClosedException e) {
      return true;
    }
  }

  @Test
  void framesOfAStreamMoveForALateConsumer() throws Exception {
    Device camera = remote.register("camera", Constraints.builder().cpuOnly().build());
    Device viewer = remote.register("viewer", Constraints.builder().cpuOnly().build());
    try (BufferStream stream = remote.stream(StreamSpec.of("video", BlobSpec.of(4096), camera));
        StreamConsumer every = stream.consumer(viewer, Policy.EVERY_FRAME)) {
      stream.start();
      for (int number = 0; number < 20; number++) {
        submit(stream, number);
        assertFrame(number, every, "system");
      }
      Device display =
          remote.register("display", Constraints.builder().cpuOnly().contiguous().build());
      try (StreamConsumer late = stream.consumer(display, Policy.EVERY_FRAME)) {
        // This frame's buffer may have been acquired before its move began: a viewer that the old
        // place suits reads there, and the display in the new one.
        submit(stream, 20);
        try (Frame frame = every.take()) {
          assertEquals(20, frame.sequence());
          assertEquals(20, frame.mapping().cpuView().bytes().getInt(0));
        }
        assertFrame(20, late, "cma");
        for (int number = 21; number < 40; number++) {
          submit(stream, number); // The buffer that was used last is used next.
          assertFrame(number, every, "cma");
          assertFrame(number, late, "cma");
        }
      }
    }
    Await.until("all is given back", () -> broker.snapshot().streams().isEmpty());
  }

  private static void submit(BufferStream stream, int number) {
    EmptyFrame frame = stream.acquire();
    frame.mapping().cpuView().bytes().putInt(0, number); // The view ends with the frame.
    frame.submit();
  }

  private static void assertFrame(int number, StreamConsumer consumer, String heap) {
    try (Frame frame = consumer.take()) {
      assertEquals(number, frame.sequence());
      assertEquals(number, frame.mapping().cpuView().bytes().getInt(0));
      assertEquals(heap, frame.mapping().heapName());
    }
  }

  @Test
  void theLatestFrameIsTheLatestWhenItIsAskedFor() throws Exception {
    Device camera = remote.register("camera", Constraints.builder().cpuOnly().build());
    Device viewer = remote.register("viewer", Constraints.builder().cpuOnly().build());
    try (BufferStream stream = remote.stream(StreamSpec.of("video", BlobSpec.of(4096), camera));
        StreamConsumer latest = stream.consumer(viewer, Policy.LATEST)) {
      stream.start();
      for (int number = 0; number < 10; number++) {
        submit(stream, number);
      }
      assertFrame(9, latest, "system");
      submit(stream, 10);
      assertFrame(10, latest, "system");
    }
  }

  @Test
  void aStoppedStreamTellsItsTakersAndGoesOn() throws Exception {
    Device camera = remote.register("camera", Constraints.builder().cpuOnly().build());
    Device viewer = remote.register("viewer", Constraints.builder().cpuOnly().build());
    try (BufferStream stream = remote.stream(StreamSpec.of("video", BlobSpec.of(4096), camera));
        StreamConsumer every = stream.consumer(viewer, Policy.EVERY_FRAME)) {
      stream.start();
      submit(stream, 0);
      assertFrame(0, every, "system");
      var waiting = every.takeAsync();
      stream.stop();
      assertInstanceOf(
          StreamStoppedException.class,
          assertThrows(ExecutionException.class, () -> waiting.get(30, TimeUnit.SECONDS))
              .getCause());
      stream.start();
      var next = every.takeAsync();
      submit(stream, 1);
      try (Frame frame = next.get(30, TimeUnit.SECONDS)) {
        assertEquals(1, frame.sequence());
      }
    }
  }

  @Test
  void mapsGoThrough() {
    Device camera = remote.register("camera", Constraints.builder().cpuOnly().build());
    Attachment in = remote.export("frame", BlobSpec.of(4096)).attach(camera);
    long from = System.nanoTime();
    for (int at = 0; at < 2000; at++) {
      in.map(Access.WRITE).close();
    }
    System.out.println((System.nanoTime() - from) / 2000 + " ns a map and unmap");
  }
}
