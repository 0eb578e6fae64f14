package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.samples.options.Within;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the command line says. */
final class Options {
  @Option(names = "--frames", description = "so many frames; the display comes at the middle")
  @Within(least = 12, most = 10_000)
  int frames = 120;

  @Option(names = "--rate", description = "frames a second")
  @Within(least = 1, most = 240)
  int rate = 60;

  @Option(
      names = "--encoder",
      paramLabel = "NAME",
      description = "which of GStreamer's encoders writes the file: x264, ffv1, jpeg or vp8")
  Encoder encoder = Encoder.X264;

  @Option(
      names = "--unixfd",
      description =
          "the frames come back from a GStreamer 1.26 in a process of its own, by its unixfd"
              + " elements")
  boolean unixfd;

  @Option(names = "--file", paramLabel = "PATH", description = "keeps the coded frames there")
  Optional<Path> file = Optional.empty();

  @Option(
      names = "--display",
      paramLabel = "NAME",
      description =
          "what joins halfway: modelled, v4l2sink (on vivid, in the kernel lab) or kmssink (on"
              + " vkms)")
  DisplayKind display = DisplayKind.MODELLED;
}
