package dev.dmabroker.samples.gstreamer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs of GStreamer that {@code samples/gstreamer/setup} fetches. */
final class Programs {
  private static final Path SCRIPTS = Path.of("samples", "gstreamer");

  /** Programs take their time to start in the kernel lab. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_NANOS = 5_000_000;

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
                        "GStreamer's other programs need samples/gstreamer/setup and launch of the"
                            + " source tree"));
    Process setup =
        new ProcessBuilder(scripts.resolve("setup").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (setup.waitFor() != 0) {
      throw new IOException(
          "--unixfd and kmssink need GStreamer 1.24 or later, which samples/gstreamer/setup fetches"
              + " on Debian with a network, once, as root; without these the sample needs none of"
              + " it");
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

  /**
   * Waits until a pipeline is so far.
   *
   * @param what what it has then
   * @throws IOException if it ends before, or takes too long
   */
  static void await(String what, Process process, BooleanSupplier reached) throws IOException {
    long from = System.nanoTime();
    while (!reached.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() - from > PATIENCE.toNanos()) {
        throw new IOException(
            "GStreamer's pipeline "
                + (process.isAlive() ? "has after " + PATIENCE + " not" : "ended without")
                + " "
                + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
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
