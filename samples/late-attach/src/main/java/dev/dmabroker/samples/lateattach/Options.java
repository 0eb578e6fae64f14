package dev.dmabroker.samples.lateattach;

import dev.dmabroker.samples.common.DeviceChoice;
import dev.dmabroker.samples.lateattach.processes.Job;
import dev.dmabroker.samples.options.Within;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What the command line says. */
final class Options {
  private static final int RATE_OF_PROCESSES = 30;

  /** Set by samples/run. */
  private static final String PROGRAMS = "DMABROKER_PROGRAMS";

  @Option(names = "--seconds", description = "how long it runs; the display attaches halfway")
  @Within(least = 2, most = 86_400)
  int seconds = 10;

  @Option(names = "--rate", description = "frames a second, by default 60 modelled and 30 real")
  @Within(least = 1, most = 1000)
  Optional<Integer> rate = Optional.empty();

  @Option(
      names = "--size",
      paramLabel = "WxH",
      converter = SizeConverter.class,
      description = "of a frame, with sides of 16 to 16384")
  private ImageSize size = ImageSize.of(1920, 1080);

  @Option(names = "--format", paramLabel = "FORMAT", description = "NV12, YUYV, ...")
  private PixelFormat format = PixelFormat.NV12;

  @Option(
      names = "--devices",
      paramLabel = "WHICH",
      description = "real, modelled or auto: real if there are any")
  DeviceChoice devices = DeviceChoice.AUTO;

  @Option(names = "--load", description = "cores that other processes keep busy meanwhile")
  @Within(least = 0, most = 1024)
  int load;

  @Option(
      names = "--processes",
      description =
          "camera, viewer and display are processes of their own, and a service has the memory; 30"
              + " frames a second unless --rate says otherwise")
  boolean processes;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "with --processes: of a service that is there, instead of one for the run")
  Optional<Path> socket = Optional.empty();

  @Option(
      names = "--viewer",
      paramLabel = "PROGRAM",
      description =
          "with --processes: views the frames, by default the one of samples/remote-c if it is"
              + " built, and otherwise a JVM")
  private Optional<Path> viewer = Optional.empty();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "writes there what happened, for ui.perfetto.dev or chrome://tracing")
  Optional<Path> trace = Optional.empty();

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "draws there, as SVG, how the display joined; FILE-dark is for dark pages")
  Optional<Path> picture = Optional.empty();

  /** The job across processes. */
  Job job() {
    return new Job(
        image(),
        rate.orElse(RATE_OF_PROCESSES),
        devices,
        seconds,
        socket,
        viewer.or(Options::viewerInC));
  }

  private static Optional<Path> viewerInC() {
    return Optional.ofNullable(System.getenv(PROGRAMS))
        .map(folder -> Path.of(folder, "viewer"))
        .filter(Files::isExecutable);
  }

  /** A frame. */
  ImageSpec image() {
    return ImageSpec.of(size.width(), size.height(), format);
  }

  /** Reads {@code WxH}. */
  static final class SizeConverter implements ITypeConverter<ImageSize> {
    private static final Pattern SIDES = Pattern.compile("([1-9]\\d{1,4})x([1-9]\\d{1,4})");

    @Override
    public ImageSize convert(String value) {
      Matcher sides = SIDES.matcher(value);
      if (sides.matches()) {
        int width = Integer.parseInt(sides.group(1));
        int height = Integer.parseInt(sides.group(2));
        if (Math.min(width, height) >= 16 && Math.max(width, height) <= 16_384) {
          return ImageSize.of(width, height);
        }
      }
      throw new TypeConversionException("wants WxH with sides of 16 to 16384, not " + value);
    }
  }
}
