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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Shows a camera's frames by each kind of memory in turn. Exit status: 0 if every mode showed all
 * its frames and left nothing behind; 1 if not, or there are no devices; 2 for a wrong command
 * line.
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
    List<Job.Result> results = results(new Job(WARM_UP, frames, INTERVAL.framesPerSecond()));
    long left = before.leftWithin(PATIENCE);
    System.out.println();
    System.out.print(Table.of(results));
    System.out.printf(
        "%nCPU time is that of the job's own thread; what the drivers' threads do to fill and show"
            + " frames is the same in all modes.%n");
    System.out.printf("dma-bufs: %d before, %d after%n", before.dmaBufs(), Books.open().dmaBufs());
    System.out.printf("result: %s left=%d%n", Table.line(results), left);
    return left == 0 && results.stream().allMatch(each -> each.damaged() == 0);
  }

  private static List<Job.Result> results(Job job) {
    List<Job.Result> results = new ArrayList<>();
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
