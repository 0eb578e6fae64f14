package dev.dmabroker.samples.modes;

import dev.dmabroker.Broker;
import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.FrameInterval;
import dev.dmabroker.devices.KmsDisplay;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.options.CommandLines;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Shows a camera's frames by each kind of memory in turn, then has other programs do so. Exit
 * status: 0 if every mode showed all its frames and left nothing behind; 1 if not, or there are no
 * devices; 2 for a wrong command line.
 */
@Command(name = "samples/run --kernel v4l2-modes")
public final class Modes implements Callable<Integer> {
  /** What vivid, vivid's output and vkms all have, at the webcam input's highest rate. */
  private static final ImageSpec IMAGE = ImageSpec.of(640, 480, PixelFormat.XRGB8888);

  private static final FrameInterval INTERVAL = new FrameInterval(1, 25);
  private static final int WEBCAM_INPUT = 0;
  private static final int HDMI_OUTPUT = 1;
  private static final double OUTPUT_RATE = 59.94;
  private static final int BUFFERS = 5;
  private static final int WARM_UP = 100;

  /** Which of the results is that of the broker's buffers on vivid's output. */
  private static final int BROKERS = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Mixin private final Options options = new Options();

  private Modes() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(CommandLines.of(new Modes()).execute(args));
  }

  /** Runs every mode, if the devices are there. */
  @Override
  public Integer call() throws InterruptedException {
    if (options.calibrate) {
      System.out.print(Calibration.report());
      return 0;
    }
    List<String> missing = missing();
    if (!missing.isEmpty()) {
      System.err.printf(
          "this needs the camera and the output of vivid, but %s; samples/run --kernel v4l2-modes"
              + " runs it in the kernel lab%n",
          String.join(", and ", missing));
      return 1;
    }
    return run(options.frames) ? 0 : 1;
  }

  private static List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (V4l2Direction direction : V4l2Direction.values()) {
      try (V4l2Device found = vivid(direction).orElse(null)) {
        if (found == null) {
          missing.add("there is no " + direction + " node of it");
        }
      } catch (DeviceException e) {
        missing.add("it cannot be looked for: " + e.getMessage());
      }
    }
    return missing;
  }

  private static Optional<V4l2Device> vivid(V4l2Direction direction) {
    return V4l2Device.find(direction, is -> is.busInfo().equals("platform:vivid-000"));
  }

  private static boolean run(int frames) throws InterruptedException {
    System.out.printf(
        "%s at %.0f frames a second, %d buffers; %d frames to warm up, then %d in each mode%n",
        IMAGE, INTERVAL.framesPerSecond(), BUFFERS, WARM_UP, frames);
    Books before = Books.open();
    Optional<Strace> strace = Strace.find();
    List<Result> results =
        results(
            new Job(
                WARM_UP,
                frames,
                INTERVAL.framesPerSecond(),
                strace.map(CallCounter.class::cast).orElse(CallCounter.NONE)));
    if (strace.isEmpty()) {
      System.out.println("system calls are not counted: there is no strace here");
    }
    List<Result> others = others(frames, strace);
    long left = before.leftWithin(PATIENCE);
    System.out.println();
    List<Result> all = Stream.concat(results.stream(), others.stream()).toList();
    System.out.print(Table.of(all));
    System.out.printf(
        "%nCPU time is that of the job's own thread, and of another program that of all its"
            + " threads; what the drivers' threads do to fill and show frames is the same in all"
            + " modes.%n");
    others.forEach(other -> System.out.print(Table.over(results.get(BROKERS), other)));
    System.out.printf("dma-bufs: %d before, %d after%n", before.dmaBufs(), Books.open().dmaBufs());
    System.out.printf("result: %s left=%d%n", Table.line(all), left);
    return left == 0 && results.stream().allMatch(each -> each.damaged() == 0);
  }

  /** The programs that others use. Nodes and formats are as this program's modes left them. */
  private static List<Result> others(int frames, Optional<Strace> strace) {
    Path camera;
    Path output;
    try (V4l2Device source = vivid(V4l2Direction.CAPTURE).orElseThrow();
        V4l2Device sink = vivid(V4l2Direction.OUTPUT).orElseThrow()) {
      camera = source.node();
      output = sink.node();
    }
    int framesPerSecond = (int) INTERVAL.framesPerSecond();
    return new Others(camera, output, IMAGE, framesPerSecond, BUFFERS).run(frames, strace);
  }

  private static List<Result> results(Job job) {
    List<Result> results = new ArrayList<>();
    try (V4l2Device camera = vivid(V4l2Direction.CAPTURE).orElseThrow();
        V4l2Device output = vivid(V4l2Direction.OUTPUT).orElseThrow();
        Broker broker = Broker.builder().discoverHeaps().build()) {
      setUpCamera(camera);
      setUpOutput(output);
      try (Mode mode = new CopyMode(camera, output, BUFFERS)) {
        results.add(job.run(mode));
      }
      try (Mode mode =
          UserptrMode.open(camera, output, BUFFERS, (int) IMAGE.layout().sizeBytes())) {
        results.add(job.run(mode));
      }
      try (Mode mode = BrokerMode.v4l2(broker, camera, output, IMAGE, BUFFERS)) {
        results.add(job.run(mode));
      }
      try (KmsDisplay<Integer> screen =
          KmsDisplay.<Integer>open("vkms"::equals, IMAGE.width(), IMAGE.height(), IMAGE.format())
              .orElse(null)) {
        if (screen == null) {
          System.out.println("there is no vkms here to show frames on");
          return results;
        }
        try (Mode mode = BrokerMode.kms(broker, camera, screen, IMAGE, BUFFERS)) {
          results.add(job.run(mode));
        }
      }
    }
    return results;
  }

  private static void setUpCamera(V4l2Device camera) {
    camera.signal().setInput(WEBCAM_INPUT);
    camera.requireFormat(V4l2Direction.CAPTURE, IMAGE);
    FrameInterval interval = camera.signal().setFrameInterval(V4l2Direction.CAPTURE, INTERVAL);
    if (!interval.equals(INTERVAL)) {
      throw new IllegalStateException(camera.node() + " made " + interval + " of " + INTERVAL);
    }
  }

  private static void setUpOutput(V4l2Device output) {
    output.signal().setOutput(HDMI_OUTPUT);
    output.signal().setDvTimings(IMAGE.width(), IMAGE.height(), OUTPUT_RATE);
    output.requireFormat(V4l2Direction.OUTPUT, IMAGE);
  }
}
