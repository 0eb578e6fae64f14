package dev.dmabroker.samples.modes;

import dev.dmabroker.spec.ImageSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/**
 * The programs that people use for this job: v4l2-ctl, which is written in C, and GStreamer. Both
 * have the camera's driver allocate, and its dma-bufs imported by the output's. They find the nodes
 * as the broker's modes have set them up: a driver keeps its formats.
 */
final class Others {
  private static final String PLUG_INS = "gstreamer-1.0";
  private static final String V4L2_PLUG_IN = "libgstvideo4linux2.so";

  /** Frames before the measurement, in which memory is mapped. */
  private static final int WARM_UP = 25;

  /** Frames after it, until a program ends. */
  private static final int END = 15;

  private final Path camera;
  private final Path output;
  private final ImageSpec image;
  private final int framesPerSecond;
  private final int buffers;

  /**
   * Programs that show a camera's frames.
   *
   * @param camera set up, and used by no other
   * @param output set up, and used by no other
   * @param buffers of the camera
   */
  Others(Path camera, Path output, ImageSpec image, int framesPerSecond, int buffers) {
    this.camera = camera;
    this.output = output;
    this.image = image;
    this.framesPerSecond = framesPerSecond;
    this.buffers = buffers;
  }

  /**
   * Has those programs that are here do the job, and says of the others why they do not.
   *
   * @throws IllegalStateException if one fails
   */
  List<Result> run(int frames, Optional<Strace> strace) {
    List<Result> results = new ArrayList<>();
    if (Programs.onPath("v4l2-ctl").isPresent()) {
      results.add(measured("DMABUF v4l2-ctl", frames, strace, this::v4l2Ctl));
    } else {
      System.out.println("no row for v4l2-ctl: it is not installed (v4l-utils)");
    }
    Optional<Path> plugIns = Programs.onPath("gst-launch-1.0").flatMap(Others::plugIns);
    if (plugIns.isPresent()) {
      results.add(gstreamer(plugIns.get(), frames, strace));
    } else {
      System.out.println(
          "no row for gst-launch-1.0: it is not installed, or lacks video4linux2"
              + " (gstreamer1.0-tools, gstreamer1.0-plugins-good)");
    }
    return results;
  }

  private Result measured(
      String mode, int frames, Optional<Strace> strace, IntFunction<Programs.Command> program) {
    CpuTime cpu =
        Programs.rate(
                program.apply(WARM_UP + frames + END),
                Duration.ofMillis(frames * 1_000L / framesPerSecond),
                Duration.ofMillis(END * 1_000L / framesPerSecond))
            .dividedBy(framesPerSecond);
    return new Result(
        mode,
        "vivid output",
        frames,
        cpu.sum() * 1e6,
        cpu.kernel() / cpu.sum(),
        strace.map(each -> each.ofProgram(program)),
        0,
        OptionalLong.empty(),
        0);
  }

  Programs.Command v4l2Ctl(int frames) {
    return new Programs.Command(
        List.of(
            "v4l2-ctl",
            "--device=" + camera,
            "--out-device=" + output,
            "--silent",
            "--stream-no-query",
            "--stream-mmap=" + buffers,
            "--stream-out-dmabuf",
            "--stream-count=" + frames),
        Map.of());
  }

  Programs.Command gstLaunch(int frames, Map<String, String> environment) {
    return new Programs.Command(
        List.of(
            "gst-launch-1.0",
            "--quiet",
            "v4l2src",
            "device=" + camera,
            "io-mode=dmabuf",
            "num-buffers=" + frames,
            "!",
            "video/x-raw,format=BGRx,width=%d,height=%d,framerate=%d/1"
                .formatted(image.width(), image.height(), framesPerSecond),
            "!",
            "v4l2sink",
            "device=" + output,
            "io-mode=dmabuf-import",
            "sync=false"),
        environment);
  }

  /** GStreamer with few plug-ins, as it looks into each before it starts. */
  private Result gstreamer(Path plugIns, int frames, Optional<Strace> strace) {
    try {
      Path few = Files.createTempDirectory("plug-ins");
      List<Path> made = new ArrayList<>();
      try {
        for (String name : List.of("libgstcoreelements.so", V4L2_PLUG_IN)) {
          made.add(Files.createSymbolicLink(few.resolve(name), plugIns.resolve(name)));
        }
        Path registry = few.resolve("registry.bin");
        made.add(registry);
        Map<String, String> environment =
            Map.of(
                "GST_PLUGIN_SYSTEM_PATH_1_0",
                few.toString(),
                "GST_REGISTRY",
                registry.toString(),
                "GST_REGISTRY_FORK",
                "no");
        return measured(
            "DMABUF gst-launch", frames, strace, count -> gstLaunch(count, environment));
      } finally {
        for (Path each : made) {
          Files.deleteIfExists(each);
        }
        Files.delete(few);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of GStreamer's plug-ins, which Debian has for each architecture. */
  private static Optional<Path> plugIns(Path program) {
    Path libraries = program.resolveSibling("../lib");
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(libraries)) {
      for (Path folder : folders) {
        Path found = folder.resolve(PLUG_INS);
        if (Files.exists(found.resolve(V4L2_PLUG_IN))) {
          return Optional.of(found.toRealPath());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
