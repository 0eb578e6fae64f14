package dev.dmabroker.samples.gstreamer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs of GStreamer that {@code samples/gstreamer/setup} fetches. */
final class Programs {
  private static final Path SCRIPTS = Path.of("samples", "gstreamer");

  private final Path scripts;

  private Programs(Path scripts) {
    this.scripts = scripts;
  }

  /**
   * Finds the programs, and fetches them if they are not there yet, which takes a minute.
   *
   * @throws IOException if that is not possible, with what helps
   */
  static Programs fetch() throws IOException, InterruptedException {
    Path scripts =
        scripts()
            .orElseThrow(
                () ->
                    new IOException(
                        "--unixfd needs samples/gstreamer/setup and launch of the source tree"));
    Process setup =
        new ProcessBuilder(scripts.resolve("setup").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (setup.waitFor() != 0) {
      throw new IOException(
          "--unixfd needs GStreamer 1.24 or later, which samples/gstreamer/setup fetches on Debian"
              + " with a network, once, as root; without --unixfd the sample needs none of it");
    }
    return new Programs(scripts);
  }

  /** The folder of the scripts: this class lies somewhere below the top of the tree. */
  private static Optional<Path> scripts() throws IOException {
    try {
      Path its =
          Path.of(
              Objects.requireNonNull(Programs.class.getProtectionDomain().getCodeSource())
                  .getLocation()
                  .toURI());
      return Stream.iterate(its, Objects::nonNull, Path::getParent)
          .map(each -> each.resolve(SCRIPTS))
          .filter(each -> Files.isExecutable(each.resolve("launch")))
          .findFirst();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /** Begins a pipeline, whose words are separated by blanks. What it says goes to stderr. */
  Process launch(String pipeline) throws IOException {
    List<String> command = new ArrayList<>(List.of(scripts.resolve("launch").toString(), "-q"));
    command.addAll(Pattern.compile(" +").splitAsStream(pipeline).toList());
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Deletes a folder with the sockets in it. */
  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
