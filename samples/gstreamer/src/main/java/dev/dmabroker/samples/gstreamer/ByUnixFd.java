package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.gstreamer.PipelineConsumer;
import dev.dmabroker.gstreamer.UnixFdClient;
import dev.dmabroker.gstreamer.UnixFdServer;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline in another process, of another GStreamer, reads the stream's frames by a {@code
 * unixfdsrc} where they lie, converts them into memory of its own, and gives these on by a {@code
 * unixfdsink}. (Without an element that works on pictures, GStreamer 1.26.2 would not know video
 * metas, and so lose the strides of frames that have moved.)
 */
final class ByUnixFd implements WayBack {
  private final Broker streams;
  private final Broker adopting;
  private final Programs programs;
  private final int mostHeld;
  private final int rate;
  private @Nullable Path folder;
  private @Nullable UnixFdServer server;
  private @Nullable Process pipeline;
  private @Nullable UnixFdClient client;

  /**
   * Prepares the way.
   *
   * @param streams the stream's broker
   * @param adopting the broker that adopts what comes back
   * @param mostHeld how many frames the other process may hold
   */
  ByUnixFd(Broker streams, Broker adopting, Programs programs, int mostHeld, int rate) {
    this.streams = streams;
    this.adopting = adopting;
    this.programs = programs;
    this.mostHeld = mostHeld;
    this.rate = rate;
  }

  @Override
  public String name() {
    return "unixfd";
  }

  @Override
  public String branch() {
    return "";
  }

  @Override
  public boolean keepsTheLast() {
    return false;
  }

  @Override
  public PipelineConsumer open(BufferStream stream, RunningPipeline unused)
      throws IOException, InterruptedException {
    Path its = Files.createTempDirectory("dmabroker-gstreamer");
    folder = its;
    Path there = its.resolve("there");
    Path back = its.resolve("back");
    UnixFdServer serving =
        UnixFdServer.builder(streams, stream)
            .policy(Policy.EVERY_FRAME)
            .mostHeld(mostHeld)
            .frameRate(rate, 1)
            .start(there);
    server = serving;
    Process started =
        programs.launch(
            "unixfdsrc socket-path=%s ! videoconvert ! video/x-raw,format=I420 ! queue ! unixfdsink socket-path=%s"
                    .formatted(there, back)
                + " wait-for-connection=true sync=false enable-last-sample=false");
    pipeline = started;
    Programs.await("a unixfdsink that listens", started, () -> connect(back));
    Programs.await("a unixfdsrc that connects", started, () -> !serving.clients().isEmpty());
    UnixFdClient connected = client;
    if (connected == null) {
      throw new IOException("no unixfdsink listens at " + back);
    }
    return connected.consumer(
        adopting.register("back", Constraints.builder().cpuOnly().build()), Policy.EVERY_FRAME);
  }

  private boolean connect(Path back) {
    try {
      client = UnixFdClient.connect(adopting, back);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public String problem() {
    UnixFdClient its = client;
    return its == null ? "" : its.problem().orElse("");
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
    if (pipeline != null) {
      Process unused = pipeline.destroyForcibly().onExit().join();
    }
    if (folder != null) {
      Programs.delete(folder);
    }
  }
}
