package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.samples.options.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/**
 * Records a camera's frames by an encoder of GStreamer's in this process, with a display that
 * attaches halfway, and decodes the file. Exit status: 0 if the right frames come out and nothing
 * is left behind, 1 if not, 2 for a wrong command line.
 */
@Command(name = "samples/run gstreamer")
public final class RunGstreamer implements Callable<Integer> {
  /** What a codec has to reach: a wrong or torn frame is far below. */
  private static final double LEAST_DECIBELS = 28;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Mixin private final Options options = new Options();

  private final CommandLine line = CommandLines.of(this);

  private RunGstreamer() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(new RunGstreamer().line.execute(args));
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (options.unixfd && options.display == DisplayKind.KMSSINK) {
      throw new ParameterException(
          line,
          "--unixfd needs pictures in NV12, and vkms behind kmssink shows none; use one of the"
              + " two");
    }
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      System.err.println(missing.get());
      return 1;
    }
    Optional<Programs> programs = Optional.empty();
    if (options.unixfd || options.display == DisplayKind.KMSSINK) {
      try {
        programs = Optional.of(Programs.fetch());
      } catch (IOException e) {
        System.err.println(e.getMessage());
        return 1;
      }
    }
    try {
      return run(programs) ? 0 : 1;
    } catch (MissingDeviceException e) {
      System.err.println(e.getMessage());
      return 1;
    }
  }

  /** What of GStreamer is missing, and the packages that have it. */
  private Optional<String> missing() {
    try {
      Gst.init(Version.of(1, 22), "dmabroker");
    } catch (Throwable t) {
      return Optional.of(
          "needs GStreamer 1.22 or later; on Debian: apt-get install libgstreamer-plugins-base1.0-0"
              + " gstreamer1.0-plugins-base gstreamer1.0-plugins-good ("
              + t
              + ")");
    }
    List<String> missing =
        options.encoder.elements().stream()
            .filter(element -> ElementFactory.find(element) == null)
            .toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "GStreamer has no "
                + String.join(", ", missing)
                + "; gstreamer1.0-plugins-good, -ugly (x264enc) and -libav (avdec_h264, ffv1) have"
                + " the encoders and decoders, and --encoder names another");
  }

  private boolean run(Optional<Programs> programs) throws InterruptedException, IOException {
    Books allowed = Books.open();
    Path file =
        options.file.isPresent()
            ? options.file.get()
            : Files.createTempFile("dmabroker-gstreamer", ".mkv");
    Recording.Outcome recorded;
    Decoding decoded;
    int mapped;
    Picture picture = options.display.picture();
    try (Broker broker = StandIns.broker().build();
        Broker adopting = StandIns.broker().build()) {
      WayBack way =
          programs
              .filter(each -> options.unixfd)
              .<WayBack>map(
                  each -> new ByUnixFd(broker, adopting, each, Recording.HELD, options.rate))
              .orElseGet(() -> new ByAppSink(adopting));
      StandIns.notice(broker).ifPresent(System.out::println);
      System.out.printf(
          "%s, %d frames, %s, to %s%n",
          picture.spec(), options.frames, Gst.getVersionString(), options.encoder);
      Display display = display(broker, programs);
      allowed = allowed.with(display.leavesBehind());
      recorded = new Recording(broker, picture, options, way, display).run(file);
      System.out.println("GStreamer had frames as " + recorded.caps());
      System.out.println("the frames lay in " + String.join(", then ", recorded.heaps()));
      System.out.printf(
          "of %d frames, %d came back by %s, where they lay%s%n",
          options.frames,
          recorded.back(),
          way.name(),
          way.problem().isEmpty() ? "" : ", until " + way.problem());
      decoded = Decoding.of(file, options.encoder, picture);
      mapped = Books.mappings(broker) + Books.mappings(adopting);
    } finally {
      if (options.file.isEmpty()) {
        Files.delete(file);
      }
    }
    long left = mapped + allowed.leftWithin(PATIENCE);
    if (left > 0) {
      System.out.printf("left behind: %d mappings, descriptors of %s%n", mapped, allowed.more());
    }
    System.out.printf(
        Locale.ROOT,
        "result: frames=%d pushed=%d decoded=%d psnr_min_db=%.1f misplaced=%d displayed=%d"
            + " corrupt=%d back=%d wrong=%d moves=%d left=%d encoder=%s by=%s%n",
        options.frames,
        recorded.pushed(),
        decoded.numbers().size(),
        decoded.worst(),
        decoded.misplaced(options.frames),
        recorded.displayed(),
        recorded.corrupt(),
        recorded.back(),
        recorded.wrong(),
        recorded.moves(),
        left,
        options.encoder,
        options.unixfd ? "unixfd" : "appsink");
    return decoded.misplaced(options.frames) == 0
        && decoded.worst() >= LEAST_DECIBELS
        && recorded.displayed() > 0
        && recorded.corrupt() == 0
        && recorded.back() == options.frames
        && recorded.wrong() == 0
        && recorded.moves() > 0
        && left == 0;
  }

  private Display display(Broker broker, Optional<Programs> programs) throws IOException {
    FrameRate rate = FrameRate.of(options.rate);
    return switch (options.display) {
      case MODELLED -> new ModelledDisplay(broker, options.display.picture());
      case V4L2SINK -> V4l2SinkDisplay.open(broker, options.display.picture(), rate);
      case KMSSINK ->
          new KmsSinkDisplay(
              broker, options.display.picture(), rate, options.frames, programs.orElseThrow());
    };
  }
}
