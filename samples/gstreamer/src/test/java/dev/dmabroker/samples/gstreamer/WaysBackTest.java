package dev.dmabroker.samples.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.common.StandIns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sample's job, by each way back. */
@Timeout(240)
class WaysBackTest {
  private static final int FRAMES = 30;
  private static final Picture PICTURE = new Picture(352, 288);

  @TempDir Path folder;
  private final Books before = Books.open();
  private final Options options = new Options();

  @BeforeEach
  void needsGstreamer() {
    GStreamer.needs("appsrc", "appsink", "tee", "queue", "jpegenc", "jpegdec", "matroskamux");
    options.frames = FRAMES;
    options.encoder = Encoder.JPEG;
  }

  /** Records, and requires that each frame came back as it was drawn, and that nothing is left. */
  private void record(Broker broker, Broker adopting, WayBack way) throws Exception {
    Path file = folder.resolve("frames.mkv");
    Display display = new ModelledDisplay(broker, PICTURE);
    Recording.Outcome outcome = new Recording(broker, PICTURE, options, way, display).run(file);
    assertEquals("", way.problem());
    assertEquals(FRAMES, outcome.back());
    assertEquals(0, outcome.wrong());
    assertTrue(outcome.moves() > 0, outcome.toString());
    assertEquals(0, Decoding.of(file, options.encoder, PICTURE).misplaced(FRAMES));
    assertEquals(0, Books.mappings(broker) + Books.mappings(adopting));
  }

  @Test
  void framesComeBackByAnAppsink() throws Exception {
    try (Broker broker = StandIns.broker().build();
        Broker adopting = StandIns.broker().build()) {
      record(broker, adopting, new ByAppSink(adopting));
    }
    assertEquals(0, before.leftWithin(Duration.ofSeconds(30)));
  }

  @Test
  void framesComeBackFromAnotherProcess() throws Exception {
    assumeFetched();
    try (Broker broker = StandIns.broker().build();
        Broker adopting = StandIns.broker().build()) {
      ByUnixFd way = new ByUnixFd(broker, adopting, Programs.fetch(), Recording.HELD, options.rate);
      record(broker, adopting, way);
    }
    assertEquals(0, before.leftWithin(Duration.ofSeconds(30)));
  }

  /** A test fetches nothing. */
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
}
