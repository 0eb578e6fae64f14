package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The unmodified programs of GStreamer that {@code samples/gstreamer/setup} has fetched; where they
 * are not, a test is skipped.
 */
final class GStreamer {
  private static final Path LAUNCH =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")))
          .toAbsolutePath()
          .resolve("../../samples/gstreamer/launch")
          .normalize();

  private GStreamer() {}

  private static void assumeFetched() {
    String home =
        System.getenv().getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
    Path cache = Path.of(System.getenv().getOrDefault("DMABROKER_CACHE", home + "/dmabroker"));
    boolean fetched = false;
    try (Stream<Path> files = Files.list(cache)) {
      fetched =
          files.anyMatch(each -> each.getFileName().toString().matches("gstreamer-[0-9a-f]+"));
    } catch (IOException e) {
      // There is no cache.
    }
    assumeTrue(fetched, "needs GStreamer 1.26; run samples/gstreamer/setup");
  }

  /** Begins a pipeline, whose words are separated by blanks. */
  static Pipeline launch(Path log, String pipeline) throws IOException {
    assumeFetched();
    List<String> command = new ArrayList<>(List.of(LAUNCH.toString(), "-q"));
    command.addAll(Pattern.compile(" +").splitAsStream(pipeline).toList());
    return new Pipeline(start(log, command), log);
  }

  /** What gst-inspect-1.0 says of an element. */
  static String inspect(Path log, String element) throws IOException, InterruptedException {
    assumeFetched();
    Process process =
        start(log, List.of(LAUNCH.toString(), "--program", "gst-inspect-1.0", element));
    process.waitFor();
    return Files.readString(log);
  }

  private static Process start(Path log, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("GST_DEBUG", "2");
    builder.environment().put("GST_DEBUG_NO_COLOR", "1");
    return builder
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .redirectInput(Path.of("/dev/null").toFile())
        .start();
  }

  /** A program that runs a pipeline. */
  record Pipeline(Process process, Path log) implements AutoCloseable {
    /** Waits until it has ended by itself, and wants it to have done so well. */
    void requireEnd() throws IOException, InterruptedException {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("the pipeline did not end well:\n" + text());
      }
    }

    String text() throws IOException {
      return Files.readString(log);
    }

    /** Kills it, as a fault of its own would. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }
}
