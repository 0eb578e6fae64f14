package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service of this JVM, and clients that are no JVM. */
class ForeignClientsTest {
  @TempDir private static Path built;
  @TempDir private Path folder;
  private Broker broker;
  private BrokerService server;
  private RemoteBroker remote;
  private Path socket;

  @BeforeEach
  void serve() throws Exception {
    socket = folder.resolve("socket");
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    server = BrokerService.builder(broker).start(socket);
    remote = RemoteBroker.connect(socket, "camera");
  }

  @AfterEach
  void end() {
    remote.close();
    server.close();
    broker.close();
  }

  @Test
  void pythonSeesFramesMoveForALateDisplay() throws Exception {
    Programs programs = Programs.python(built);
    try (StampedCamera camera = new StampedCamera(remote, "video", BlobSpec.of(100_000));
        Child viewer = programs.start("viewer.py", socket.toString(), "video")) {
      framesMove(camera, List.of(viewer));
      assertEquals(0, viewer.awaitEnd(), viewer::toString);
      assertFalse(viewer.said("corrupt"), viewer::toString);
    }
  }

  /** Shows frames to viewers until each has seen some before and after a display has come. */
  private void framesMove(StampedCamera camera, List<Child> viewers) throws Exception {
    framesCome(camera, viewers);
    for (Child viewer : viewers) {
      viewer.awaitSaid("in system is intact");
    }
    Device display =
        remote.register("display", Constraints.builder().cpuOnly().contiguous().build());
    try (StreamConsumer late = camera.stream().consumer(display, Policy.LATEST)) {
      try (Frame frame = late.take()) {
        assertEquals("cma", frame.mapping().heapName());
      }
      for (Child viewer : viewers) {
        viewer.awaitSaid("in cma is intact");
      }
    }
    camera.stream().close();
  }

  /** Starts a camera when all of these have opened its stream. */
  private void framesCome(StampedCamera camera, List<Child> viewers) {
    Await.until(
        "the viewers are there",
        Await.EMULATED,
        () ->
            broker.snapshot().streams().get(0).consumers().size() == viewers.size()
                || viewers.stream().anyMatch(Child::hasEnded));
    camera.start();
  }

  @Test
  void cSeesFramesMoveForALateDisplay() throws Exception {
    Programs programs = Programs.c(built);
    try (StampedCamera camera = new StampedCamera(remote, "video", BlobSpec.of(100_000));
        Child every = programs.start("./viewer", socket.toString(), "video");
        Child latest = programs.start("./viewer", socket.toString(), "video", "latest")) {
      framesMove(camera, List.of(every, latest));
      assertEquals(0, every.awaitEnd(), every::toString);
      every.awaitSaid(" corrupt=0 ");
      assertEquals(0, latest.awaitEnd(), latest::toString);
      latest.awaitSaid(" corrupt=0 ");
      assertValgrindIsContent(every);
      assertValgrindIsContent(latest);
    }
  }

  @Test
  void cMapsABufferThatMoves() throws Exception {
    Programs programs = Programs.c(built);
    try (Child maps = programs.start("./maps", socket.toString(), "100")) {
      assertEquals(0, maps.awaitEnd(), maps::toString);
      maps.awaitSaid("1 in system, generation 1, is intact");
      maps.awaitSaid("1 in cma, generation 2, is intact");
      maps.awaitSaid("2 in cma, generation 2, is intact");
      assertValgrindIsContent(maps);
    }
  }

  @Test
  void cCountsInThePageWhileOthersWriteAndTheBufferMoves() throws Exception {
    Programs programs = Programs.c(built).withoutValgrind();
    SharedBuffer buffer = remote.export("frame", BlobSpec.of(1 << 16));
    Attachment writer =
        buffer.attach(remote.register("writer", Constraints.builder().cpuOnly().build()));
    Device inCma = remote.register("fast", Constraints.builder().permittedHeaps("cma").build());
    Device outOfCma =
        remote.register("slow", Constraints.builder().permittedHeaps("system").build());
    Token token = remote.share(buffer, Rights.of(Access.READ));
    write(writer, 0);
    try (Child maps = programs.start("./maps", socket.toString(), "0", token.text())) {
      Await.until(
          "the child maps", () -> broker.snapshot().devices().size() == 4 || maps.hasEnded());
      for (int number = 1; number <= 60 && !maps.hasEnded(); number++) {
        try (Attachment there = buffer.attach(number % 2 == 0 ? outOfCma : inCma)) {
          there.map(Access.READ).close();
        }
        write(writer, number);
      }
      remote.revoke(token);
      assertEquals(0, maps.awaitEnd(), maps::toString);
      maps.awaitSaid(" corrupt=0 places=");
    }
  }

  private static void write(Attachment writer, long number) {
    try (Mapping mapping = writer.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes();
      bytes.putLong(0, number);
      VarHandle.releaseFence();
      bytes.putLong(bytes.limit() - 8, number);
    }
  }

  @Test
  void pythonMapsABufferThatMoves() throws Exception {
    try (Child maps = Programs.python(built).start("maps.py", socket.toString())) {
      assertEquals(0, maps.awaitEnd(), maps::toString);
      maps.awaitSaid("mapped in cma, generation 2: b'frame'");
    }
  }

  @Test
  void clientsSkipWhatTheyDoNotKnow() throws Exception {
    Path relay = folder.resolve("newer");
    try (NewerService newer = new NewerService(relay, socket);
        Child maps = Programs.python(built).start("maps.py", relay.toString())) {
      assertEquals(0, maps.awaitEnd(), maps::toString);
      maps.awaitSaid("mapped in cma, generation 2: b'frame'");
      assertTrue(newer.unknownMessages() > 10, maps::toString);
    }
    try (NewerService newer = new NewerService(relay, socket);
        Child maps = Programs.c(built).start("./maps", relay.toString(), "10")) {
      assertEquals(0, maps.awaitEnd(), maps::toString);
      maps.awaitSaid("2 in cma, generation 2, is intact");
      assertValgrindIsContent(maps);
      assertTrue(newer.unknownMessages() > 10, maps::toString);
    }
  }

  @Test
  void framesThatAreNotWhatTheCameraSentAreCorrupt() throws Exception {
    Programs c = Programs.c(built);
    Programs python = Programs.python(built);
    try (StampedCamera camera = new StampedCamera(remote, "video", BlobSpec.of(4096));
        Child viewer = c.start("./viewer", socket.toString(), "video");
        Child script = python.start("viewer.py", socket.toString(), "video")) {
      camera.spoil(3);
      framesCome(camera, List.of(viewer, script));
      script.awaitSaid("viewer.py: frame 3 in system is corrupt");
      assertEquals(1, script.awaitEnd(), script::toString);
      viewer.awaitSaid("frame 3 in system is corrupt");
      viewer.awaitSaid("frame 4 in system is intact");
      camera.stream().close();
      assertEquals(1, viewer.awaitEnd(), viewer::toString);
      viewer.awaitSaid(" corrupt=1 ");
    }
  }

  @Test
  void viewersGoOnWhenAStreamStartsAgain() throws Exception {
    Programs c = Programs.c(built);
    Programs python = Programs.python(built);
    try (StampedCamera camera = new StampedCamera(remote, "video", BlobSpec.of(4096));
        Child viewer = c.start("./viewer", socket.toString(), "video");
        Child script = python.start("viewer.py", socket.toString(), "video")) {
      List<Child> both = List.of(viewer, script);
      framesCome(camera, both);
      for (Child each : both) {
        each.awaitSaid("in system is intact");
      }
      camera.stopAndStart();
      int before = Math.max(viewer.lines(), script.lines());
      for (Child each : both) {
        Await.until("more frames", Await.EMULATED, () -> each.lines() > before + 2);
      }
      camera.stream().close();
      for (Child each : both) {
        assertEquals(0, each.awaitEnd(), each::toString);
        assertFalse(each.said("is corrupt"), each::toString);
      }
    }
  }

  @Test
  void cIsToldThatTheServiceHasEnded() throws Exception {
    Programs programs = Programs.c(built);
    try (StampedCamera camera = new StampedCamera(remote, "video", BlobSpec.of(4096));
        Child viewer = programs.start("./viewer", socket.toString(), "video")) {
      framesCome(camera, List.of(viewer));
      viewer.awaitSaid("in system is intact");
      server.close();
      assertEquals(0, viewer.awaitEnd(), viewer::toString);
      viewer.awaitSaid("the service let this client go: the service ends; connect again");
      assertValgrindIsContent(viewer);
    }
  }

  @Test
  void cIsToldWhatIsWrong() throws Exception {
    Programs programs = Programs.c(built);
    Path nothing = folder.resolve("nothing");
    try (Child maps = programs.start("./maps", nothing.toString());
        Child longer = programs.start("./maps", "x".repeat(108))) {
      assertEquals(1, maps.awaitEnd(), maps::toString);
      maps.awaitSaid("cannot connect to " + nothing + ": No such file or directory");
      assertValgrindIsContent(maps);
      assertEquals(1, longer.awaitEnd(), longer::toString);
      longer.awaitSaid("a socket's path has 1 to 107 bytes");
    }
  }

  @Test
  void theClientsAreSmall() throws Exception {
    Path samples = Path.of("../../samples");
    assertTrue(lines(samples.resolve("remote-python/viewer.py")) < 100);
    assertTrue(lines(samples.resolve("remote-c/dmabroker.c")) <= 600);
    assertTrue(lines(samples.resolve("remote-c/dmabroker.h")) <= 200);
  }

  private static long lines(Path file) throws Exception {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  @Test
  void theLibraryCompilesForArm64AndThroughTheAnalyzer(@TempDir Path arm) throws Exception {
    Programs.c(built);
    Programs.make("remote-c", built, "analyze");
    Programs.require("aarch64-linux-gnu-gcc", "--version");
    Programs.make(
        "remote-c",
        arm,
        "CC=aarch64-linux-gnu-gcc",
        "CFLAGS=-O2 -idirafter /usr/include", // protobuf-c's header is one for all machines.
        arm.resolve("libdmabroker.a").toString());
    assertTrue(Files.size(arm.resolve("libdmabroker.a")) > 0);
  }

  private static void assertValgrindIsContent(Child child) throws Exception {
    child.awaitSaid("All heap blocks were freed -- no leaks are possible");
    child.awaitSaid("FILE DESCRIPTORS: 3 open (");
    child.awaitSaid("ERROR SUMMARY: 0 errors from 0 contexts");
  }

  @Test
  void pythonIsToldThatTheServiceHasEnded() throws Exception {
    Programs programs = Programs.python(built);
    try (StampedCamera camera = new StampedCamera(remote, "video", BlobSpec.of(4096));
        Child viewer = programs.start("viewer.py", socket.toString(), "video")) {
      framesCome(camera, List.of(viewer));
      viewer.awaitSaid("in system is intact");
      server.close();
      assertEquals(1, viewer.awaitEnd(), viewer::toString);
      viewer.awaitSaid("viewer.py: the service has ended: the service ends");
    }
  }

  @Test
  void pythonIsToldWhatWasRefused() throws Exception {
    try (Child viewer = Programs.python(built).start("viewer.py", socket.toString(), "nothing")) {
      assertEquals(1, viewer.awaitEnd(), viewer::toString);
      viewer.awaitSaid("viewer.py: ");
      assertFalse(viewer.said("Traceback"), viewer::toString);
    }
  }
}
