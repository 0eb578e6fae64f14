package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.samples.lateattach.Timeline;
import dev.dmabroker.samples.lateattach.Vivid;
import dev.dmabroker.spec.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The main job, across processes: a service has the memory, this JVM is the camera, another process
 * views each frame, and halfway a display in a third process attaches, which takes contiguous
 * memory only.
 */
public final class Processes {
  private static final int BUFFERS = 4;
  private static final int MOST_BUFFERS = 16; // A busy machine may hold up a process for a while.
  private static final double WARM_UP_SECONDS = 2;

  /** How long viewers may take for what is left, be the machine ever so slow. */
  private static final Duration LAST_FRAMES = Duration.ofSeconds(30);

  private static final String STREAM = "late-attach";
  private static final String SERVICE =
      "dev.dmabroker.samples.broker/dev.dmabroker.samples.broker.Main";
  private static final String VIEWER =
      "dev.dmabroker.samples.lateattach/dev.dmabroker.samples.lateattach.processes.RemoteViewer";

  private final Job job;
  private final Timeline timeline;

  Processes(Job job, Timeline timeline) {
    this.job = job;
    this.timeline = timeline;
  }

  /** Runs the job and reports; returns whether no frame was lost or corrupt and all moved. */
  public static boolean run(Job job, Timeline timeline) throws InterruptedException, IOException {
    return new Processes(job, timeline).run().isGood();
  }

  /** Runs the job, and prints its result. */
  Outcome run() throws InterruptedException, IOException {
    if (job.socket().isPresent()) {
      return run(job.socket().get());
    }
    Path folder = Files.createTempDirectory("late-attach");
    Path socket = folder.resolve("dmabroker-0");
    try (Child service =
        Child.java("service", SERVICE, List.of("--stand-ins", "--socket", socket.toString()))) {
      String ready =
          service
              .await(line -> line.contains("ready after"))
              .orElseThrow(() -> new IllegalStateException(service.lastLines()));
      timeline.say("service: process %d; %s", service.pid(), ready);
      return run(socket);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.delete(folder);
  }

  private Outcome run(Path socket) throws InterruptedException, IOException {
    try (Camera camera = open();
        RemoteBroker broker = RemoteBroker.connect(socket, "camera")) {
      int warmedUp = WarmUp.run(broker);
      var unused = broker.listen(timeline); // What moved until now is no part of the job.
      Device device =
          broker.register(
              DeviceSpec.builder("camera")
                  .constraints(camera.constraints())
                  .access(Access.READ_WRITE)
                  .build());
      StreamSpec spec =
          StreamSpec.builder("video", job.image(), device)
              .minBuffers(BUFFERS)
              .maxBuffers(MOST_BUFFERS)
              .build();
      try (BufferStream stream = broker.stream(spec)) {
        stream.start();
        broker.publish(STREAM, stream);
        timeline.say(
            "camera: process %d, %s; %s at %.0f frames a second, for %d s; warmed up with %d"
                + " frames of a scratch stream",
            ProcessHandle.current().pid(),
            camera,
            job.image(),
            job.rate(),
            job.seconds(),
            warmedUp);
        return stream(camera, broker, stream, socket);
      }
    }
  }

  private Outcome stream(Camera camera, RemoteBroker broker, BufferStream stream, Path socket)
      throws InterruptedException {
    try (Child viewer = viewer(socket);
        Child display = client(isReal(camera) ? Role.VIVID_DISPLAY : Role.DISPLAY, socket)) {
      awaitConsumers(stream, 1, viewer);
      timeline.say("viewer: process %d, %s; attached", viewer.pid(), viewerKind());
      require(display, "ready");
      timeline.say("display: process %d; waits", display.pid());
      CameraLoop loop = new CameraLoop(camera, stream);
      String from;
      try (loop) {
        loop.start();
        watch(loop, broker, WARM_UP_SECONDS);
        timeline.say("warmed up: %d frames, of which %d were lost", loop.frames(), loop.losses());
        loop.forgetLosses();
        watch(loop, broker, job.seconds() / 2.0);
        from = heaps(broker);
        timeline.say("the display attaches");
        display.tell("attach");
        require(display, "first frame in");
        timeline.say("the display has its first frame");
        watch(loop, broker, job.seconds() / 2.0);
      }
      stream.stop(LAST_FRAMES); // Every frame is viewed first.
      List<BufferState> buffers = buffers(broker);
      stream.close(); // The viewers end.
      Outcome outcome =
          new Outcome(
              isReal(camera) ? "real" : "modelled",
              loop,
              end(viewer),
              end(display),
              buffers,
              timeline);
      outcome.print(from, viewerKind());
      return outcome;
    }
  }

  private Camera open() {
    return job.devices()
        .<Camera>open(
            () -> Vivid.camera(job.image(), job.rate()).map(this::vivid),
            () -> new ClockedCamera(job.rate()))
        .orElseThrow(() -> new IllegalStateException(Vivid.MISSING));
  }

  private VividCamera vivid(Vivid vivid) {
    return new VividCamera(vivid, job.rate());
  }

  private static boolean isReal(Camera camera) {
    return camera instanceof VividCamera;
  }

  private String viewerKind() {
    return job.viewer().isPresent() ? "c" : "jvm";
  }

  private Child viewer(Path socket) {
    return job.viewer()
        .map(
            program ->
                Child.start("viewer", List.of(program.toString(), socket.toString(), STREAM)))
        .orElseGet(() -> client(Role.VIEWER, socket));
  }

  private static Child client(Role role, Path socket) {
    return Child.java(role.toString(), VIEWER, List.of(role.name(), socket.toString(), STREAM));
  }

  private static void require(Child child, String start) throws InterruptedException {
    if (child.await(line -> line.startsWith(start)).isEmpty()) {
      throw new IllegalStateException(child.lastLines());
    }
  }

  private static void awaitConsumers(BufferStream stream, int count, Child child)
      throws InterruptedException {
    while (stream.snapshot().consumers().size() < count) {
      if (!child.isAlive()) {
        throw new IllegalStateException(child.lastLines());
      }
      Thread.sleep(20);
    }
  }

  /** Prints a line a second for that long. */
  private void watch(CameraLoop camera, Broker broker, double seconds) throws InterruptedException {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    long left;
    while ((left = until - System.nanoTime()) > 0) {
      Thread.sleep(Math.min(1000, left / 1_000_000 + 1));
      if (!camera.trouble().isEmpty()) {
        throw new IllegalStateException("the camera failed: " + camera.trouble());
      }
      timeline.say(
          "%d frames captured, %d dropped; in %s", camera.frames(), camera.losses(), heaps(broker));
    }
  }

  private static List<BufferState> buffers(Broker broker) {
    return broker.snapshot().buffers();
  }

  private static String heaps(Broker broker) {
    return buffers(broker).stream()
        .map(buffer -> buffer.heap().orElse("no heap"))
        .distinct()
        .sorted()
        .collect(Collectors.joining("+"));
  }

  private static Optional<ViewerResult> end(Child child) throws InterruptedException {
    int status = child.awaitEnd();
    Optional<ViewerResult> result =
        child.await(line -> line.startsWith("result: ")).map(ViewerResult::parse);
    if (status != 0 || result.isEmpty()) {
      System.out.println("status " + status + " of the " + child.lastLines());
    }
    return status == 0 ? result : Optional.empty();
  }
}
