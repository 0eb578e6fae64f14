package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.Await;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified programs of GStreamer get the frames, and what they get is right. */
@Timeout(300)
class GStreamerTest {
  private static final int FRAMES = 30;
  private static final int FRAME_BYTES = Camera.WIDTH * Camera.HEIGHT * 3 / 2;

  /** How long the soak takes. */
  private static final Duration SOAK =
      Duration.parse(System.getProperty("dmabroker.gstreamer.soak", "PT5S"));

  @TempDir Path folder;

  private Path socket() {
    return folder.resolve("socket");
  }

  private GStreamer.Pipeline source(String name, String rest) throws IOException {
    return GStreamer.launch(
        folder.resolve(name + ".log"), "unixfdsrc socket-path=" + socket() + " ! " + rest);
  }

  private static void connected(UnixFdServer server, int count) {
    Await.until(count + " clients", () -> server.clients().size() == count);
  }

  /** The frames of a file of raw pictures are those, in order. */
  private static void requireFrames(Path file, List<Integer> shots) throws IOException {
    assertEquals((long) shots.size() * FRAME_BYTES, Files.size(file), file + " has all frames");
    try (InputStream frames = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      for (int i = 0; i < shots.size(); i++) {
        assertArrayEquals(
            Camera.packed(shots.get(i), Camera.WIDTH, Camera.HEIGHT),
            frames.readNBytes(FRAME_BYTES),
            "frame " + i);
      }
    }
  }

  private static List<Integer> shoot(Camera camera, int count) {
    List<Integer> shots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shots.add(camera.shoot());
    }
    return shots;
  }

  @Test
  void theNumbersOfFormatsAreThoseOfGStreamer() throws Exception {
    Map<String, Integer> theirs = new TreeMap<>();
    String said = GStreamer.inspect(folder.resolve("log"), "rawvideoparse");
    Matcher line =
        Pattern.compile("\\((\\d+)\\): ([\\w-]+) +- GST_VIDEO_FORMAT_(\\w+)").matcher(said);
    while (line.find()) {
      theirs.put(line.group(3), Integer.parseInt(line.group(1)));
    }
    Map<String, Integer> ours = new TreeMap<>();
    for (VideoFormat each : VideoFormat.values()) {
      ours.put(each.text(), each.number());
    }
    theirs.keySet().retainAll(ours.keySet());
    assertEquals(ours, theirs);
  }

  @Test
  void twoPipelinesGetEveryFrameWithItsContents() throws Exception {
    try (Camera camera = new Camera(Camera.PICTURE, 10);
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
        GStreamer.Pipeline one =
            source("one", "filesink buffer-mode=unbuffered location=" + folder.resolve("one"));
        GStreamer.Pipeline other =
            source(
                "other",
                "queue ! filesink buffer-mode=unbuffered location=" + folder.resolve("other"))) {
      connected(server, 2);
      List<Integer> shots = shoot(camera, FRAMES);
      camera.stream.stop();
      one.requireEnd();
      other.requireEnd();
      requireFrames(folder.resolve("one"), shots);
      requireFrames(folder.resolve("other"), shots);
      connected(server, 0);
    }
  }

  /**
   * A pipeline that knows video metas reads frames with wide strides rightly, but for the first:
   * the source of 1.26.2 drops the meta of what comes before an element has made the type of video
   * metas known.
   */
  @Test
  void stridesAreHeededFromTheSecondFrameOn(TestReporter reporter) throws Exception {
    try (Camera camera = new Camera(Camera.PICTURE, 10)) {
      var strict =
          camera.broker.register("strict", Constraints.builder().strideAlignment(256).build());
      try (StreamConsumer unused = camera.stream.consumer(strict, Policy.LATEST);
          UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
          GStreamer.Pipeline pipeline =
              source(
                  "pipeline",
                  "videoconvert ! video/x-raw,format=I420 ! filesink buffer-mode=unbuffered"
                      + " location="
                      + folder.resolve("out"))) {
        connected(server, 1);
        shoot(camera, FRAMES);
        camera.stream.stop();
        pipeline.requireEnd();
        byte[] bytes = Files.readAllBytes(folder.resolve("out"));
        assertEquals(FRAMES * FRAME_BYTES, bytes.length);
        List<Integer> wrong = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
          byte[] luma =
              Arrays.copyOf(
                  Camera.packed(i, Camera.WIDTH, Camera.HEIGHT), Camera.WIDTH * Camera.HEIGHT);
          int from = i * FRAME_BYTES;
          if (!Arrays.equals(luma, 0, luma.length, bytes, from, from + luma.length)) {
            wrong.add(i);
          }
        }
        reporter.publishEntry("frames with wrong strides", wrong.toString());
        assertTrue(wrong.isEmpty() || wrong.equals(List.of(0)), "wrong are " + wrong);
      }
    }
  }

  @Test
  void aPipelineThatIsKilledGivesItsFramesBack() throws Exception {
    try (Camera camera = new Camera();
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
        GStreamer.Pipeline pipeline = source("stuck", "identity sleep-time=10000000 ! fakesink")) {
      connected(server, 1);
      shoot(camera, 4);
      Await.until("it holds frames", () -> server.clients().get(0).held() == 4);
      pipeline.kill();
      connected(server, 0);
      shoot(camera, FRAMES);
    }
  }

  @Test
  void aSinkKeepsTheLastSampleAndNoOther() throws Exception {
    try (Camera camera = new Camera();
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
        GStreamer.Pipeline keeps = source("keeps", "fakesink sync=false enable-last-sample=true")) {
      connected(server, 1);
      shoot(camera, FRAMES);
      Await.until(
          "the last is kept",
          () -> server.clients().get(0).sent() == FRAMES && server.clients().get(0).held() == 1);
      shoot(camera, FRAMES);
      keeps.kill();
      connected(server, 0);
    }
  }

  @Test
  void aPipelineThatCannotTakeTheCapsEndsAndTheStreamGoesOn() throws Exception {
    try (Camera camera = new Camera();
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
        GStreamer.Pipeline pipeline = source("strict", "video/x-raw,format=RGB ! fakesink")) {
      connected(server, 1);
      camera.shoot();
      pipeline.process().waitFor();
      assertTrue(pipeline.text().contains("not-negotiated"), pipeline.text());
      connected(server, 0);
      shoot(camera, FRAMES);
    }
  }

  @Test
  void pipelinesComeAndGoAndLeaveNothingBehind() throws Exception {
    int rounds = Integer.getInteger("dmabroker.gstreamer.rounds", 10);
    try (Camera camera = new Camera();
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket())) {
      List<String> before = List.of();
      for (int i = 0; i < rounds + 3; i++) {
        try (GStreamer.Pipeline pipeline = source("round", "fakesink num-buffers=3 sync=false")) {
          connected(server, 1);
          while (!server.clients().isEmpty()) {
            camera.shoot();
          }
          pipeline.requireEnd();
        }
        before = i == 2 ? inUse() : before;
      }
      List<String> atFirst = before;
      Await.until("as much as after the third: " + atFirst, () -> inUse().size() <= atFirst.size());
      assertEquals(1, camera.broker.snapshot().devices().size());
    }
  }

  /** The descriptors and threads of this process, without those of classes and of programs. */
  private static List<String> inUse() {
    List<String> all = new ArrayList<>();
    String[] numbers = new File("/proc/self/fd").list();
    for (String number : numbers == null ? new String[0] : numbers) {
      try {
        all.add(Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString());
      } catch (IOException gone) {
        // It was the one by which the folder was read.
      }
    }
    all.removeIf(
        each -> each.endsWith(".jar") || each.endsWith("modules") || each.startsWith("pipe:"));
    Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("unixfd"))
        .forEach(all::add);
    return all;
  }

  /** Buffers move between scattered and contiguous memory each second, while two pipelines run. */
  @Test
  @Timeout(3600)
  void framesAreRightWhileBuffersMove(TestReporter reporter) throws Exception {
    long end = System.nanoTime() + SOAK.toNanos();
    int moves = 0;
    List<Integer> shots = new ArrayList<>();
    try (Camera camera = new Camera(Camera.PICTURE, 12);
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
        GStreamer.Pipeline pipeline =
            source(
                "soak",
                "queue ! filesink buffer-mode=unbuffered location=" + folder.resolve("soak"));
        GStreamer.Pipeline beside = source("beside", "fakesink sync=false")) {
      connected(server, 2);
      while (System.nanoTime() - end < 0) {
        try (StreamConsumer late = camera.lateDisplay()) {
          moves++;
          long until = System.nanoTime() + Duration.ofMillis(500).toNanos();
          while (System.nanoTime() - until < 0) {
            shots.add(camera.shoot());
          }
          late.device().close();
        }
        long until = System.nanoTime() + Duration.ofMillis(500).toNanos();
        while (System.nanoTime() - until < 0) {
          shots.add(camera.shoot());
        }
      }
      camera.stream.stop();
      pipeline.requireEnd();
      beside.requireEnd();
      requireFrames(folder.resolve("soak"), shots);
      reporter.publishEntry("frames", shots.size() + " with " + moves + " devices that came late");
    }
  }

  @Test
  void picturesOfOddSizesAndOtherFormats() throws Exception {
    try (Camera camera = new Camera(ImageSpec.of(34, 18, PixelFormat.NV12), 6);
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(socket());
        GStreamer.Pipeline pipeline =
            source(
                "odd",
                "videoconvert ! video/x-raw,format=I420 ! filesink buffer-mode=unbuffered location="
                    + folder.resolve("odd"))) {
      connected(server, 1);
      shoot(camera, 5);
      camera.stream.stop();
      pipeline.requireEnd();
      assertTrue(Files.size(folder.resolve("odd")) > 0);
    }
  }

  // ---- The other way ----

  private GStreamer.Pipeline sink(String pipeline) throws IOException {
    GStreamer.Pipeline its =
        GStreamer.launch(
            folder.resolve("sink.log"),
            pipeline + " ! unixfdsink wait-for-connection=true socket-path=" + socket());
    Await.until("the sink listens", () -> Files.exists(socket()) || !its.process().isAlive());
    return its;
  }

  /** A sink makes its socket's file just before it listens. */
  private UnixFdClient connect(Broker broker) {
    UnixFdClient[] client = new UnixFdClient[1];
    Await.until(
        "it is connected",
        () -> {
          try {
            client[0] = UnixFdClient.connect(broker, socket());
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
    return client[0];
  }

  /** The pictures of a file go through a pipeline and its sink, and are read where they lie. */
  @Test
  void framesOfASinkAreReadWithTheirContents() throws Exception {
    Path file = folder.resolve("raw");
    try (java.io.OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < FRAMES; i++) {
        out.write(Camera.packed(i, Camera.WIDTH, Camera.HEIGHT));
      }
    }
    try (Camera camera = new Camera();
        GStreamer.Pipeline pipeline =
            sink(
                "filesrc location="
                    + file
                    + " ! rawvideoparse format=nv12 width=64 height=16 framerate=100/1"
                    + " ! videoconvert ! video/x-raw,format=I420"); // Whose memory the sink makes.
        UnixFdClient client = connect(camera.broker)) {
      PipelineConsumer consumer = client.consumer(cpu(camera, "reader"), Policy.EVERY_FRAME);
      PipelineConsumer beside = client.consumer(cpu(camera, "beside"), Policy.LATEST);
      int count = 0;
      Optional<PipelineFrame> next = consumer.take(Duration.ofSeconds(20));
      while (next.isPresent()) {
        try (PipelineFrame frame = next.get()) {
          assertEquals(count++, shotOf(frame));
        }
        beside.take(Duration.ZERO).ifPresent(PipelineFrame::close);
        next = consumer.take(Duration.ofSeconds(20));
      }
      assertEquals(Optional.empty(), client.problem());
      assertEquals(FRAMES, count);
      pipeline.requireEnd();
    }
  }

  private static Device cpu(Camera camera, String name) {
    return camera.broker.register(name, Constraints.builder().cpuOnly().build());
  }

  /** The number of the frame whose contents these are, all of them. */
  private static int shotOf(PipelineFrame frame) {
    byte[] bytes = new byte[FRAME_BYTES];
    try (CpuView view = frame.mapping().cpuView()) {
      view.bytes().get(0, bytes);
    }
    for (int shot = 0; shot < FRAMES; shot++) {
      if (Arrays.equals(planar(shot), bytes)) {
        return shot;
      }
    }
    throw new AssertionError("the contents are those of no frame");
  }

  /** A frame as I420: the lines of chroma are of one value, for both of its planes. */
  private static byte[] planar(int shot) {
    byte[] bytes = Camera.packed(shot, Camera.WIDTH, Camera.HEIGHT);
    int luma = Camera.WIDTH * Camera.HEIGHT;
    int half = Camera.WIDTH / 2;
    for (int line = 0; line < Camera.HEIGHT / 2; line++) {
      byte value = Camera.pixel(shot, 1, line);
      Arrays.fill(bytes, luma + line * half, luma + (line + 1) * half, value);
      int second = luma + luma / 4 + line * half;
      Arrays.fill(bytes, second, second + half, value);
    }
    return bytes;
  }

  /** A pipeline without end whose client comes and goes leaves nothing in the broker. */
  @Test
  void clientsOfASinkComeAndGo() throws Exception {
    try (Camera camera = new Camera();
        GStreamer.Pipeline pipeline =
            sink(
                "videotestsrc is-live=true !"
                    + " video/x-raw,format=NV12,width=64,height=16,framerate=100/1")) {
      Device cpu = cpu(camera, "reader");
      int before = camera.broker.snapshot().buffers().size();
      for (int i = 0; i < 20; i++) {
        try (UnixFdClient client = connect(camera.broker)) {
          PipelineConsumer consumer = client.consumer(cpu, Policy.LATEST);
          for (int frames = 0; frames < 3; frames++) {
            consumer.take(Duration.ofSeconds(20)).orElseThrow().close();
          }
        }
      }
      Await.until("no buffer is left", () -> camera.broker.snapshot().buffers().size() == before);
      assertTrue(pipeline.process().isAlive(), pipeline.text());
    }
  }
}
