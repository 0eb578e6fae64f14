package dev.dmabroker.samples.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.ElementFactory;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.Version;

/** GStreamer as tests use it: skipped with the reason where it is missing. */
public final class GStreamer {
  private static final Optional<String> MISSING = missing();

  private GStreamer() {}

  private static Optional<String> missing() {
    try {
      Gst.init(Version.of(1, 22), "dmabroker");
      return Optional.empty();
    } catch (Throwable t) {
      return Optional.of("needs GStreamer 1.22: " + t);
    }
  }

  /** Skips the test unless GStreamer is there with these elements. */
  public static void needs(String... elements) {
    assumeTrue(MISSING.isEmpty(), MISSING::orElseThrow);
    for (String element : elements) {
      assumeTrue(ElementFactory.find(element) != null, "needs GStreamer's element " + element);
    }
  }

  /** A pipeline, which does not run yet. */
  public static Pipeline pipeline(String description) {
    return (Pipeline) Gst.parseLaunch(description);
  }

  /** What a pipeline's bus said last: its end, or an error. */
  public static final class Messages {
    private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
    // Kept, as the bus does not.
    private final Bus.EOS eos = source -> said.add("eos");
    private final Bus.ERROR error = (source, code, message) -> said.add(message);
    private final Bus bus;

    /** Listens from now on. */
    public Messages(Pipeline pipeline) {
      bus = pipeline.getBus();
      bus.connect(eos);
      bus.connect(error);
    }

    /** Waits for the pipeline's end. */
    public void awaitEnd() throws InterruptedException {
      assertEquals("eos", next());
    }

    /** Waits for an end or an error. */
    public String next() throws InterruptedException {
      String next = said.poll(30, TimeUnit.SECONDS);
      return next == null ? "nothing was said for 30 s" : next;
    }
  }

  /** Stops a pipeline, and gives it back. */
  public static void end(Pipeline pipeline) {
    pipeline.setState(State.NULL);
    pipeline.getState();
    pipeline.getBus().dispose();
    pipeline.dispose();
  }
}
