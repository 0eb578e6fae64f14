package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.gstreamer.UnixFdServer;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A display behind GStreamer's {@code kmssink}, in a process of its own that gets the frames
 * through a socket: the kernel's test display vkms, which tells the checksum of each picture that
 * it shows.
 */
final class KmsSinkDisplay implements Display {
  private static final String DRIVER = "vkms";
  private static final int HELD = 4;
  private static final int STRIDE = 64;
  private static final long PATIENCE_SECONDS = 30;

  private final Broker broker;
  private final Picture picture;
  private final FrameRate rate;
  private final int frames;
  private final Programs programs;
  private final Path checksums;
  private final Path folder;
  private @Nullable UnixFdServer server;
  private @Nullable Process pipeline;
  private @Nullable ShownChecksums seen;

  /**
   * Finds the display.
   *
   * @param frames how many pictures there are
   * @param programs of GStreamer's, with kmssink
   * @throws MissingDeviceException if this machine does not have it
   */
  KmsSinkDisplay(Broker broker, Picture picture, FrameRate rate, int frames, Programs programs)
      throws IOException {
    this.broker = broker;
    this.picture = picture;
    this.rate = rate;
    this.frames = frames;
    this.programs = programs;
    this.checksums =
        ShownChecksums.of(DRIVER)
            .orElseThrow(
                () ->
                    new MissingDeviceException(
                        "kmssink needs the display " + DRIVER + " and its debugfs"));
    this.folder = Files.createTempDirectory("dmabroker-kmssink");
  }

  @Override
  public String needs() {
    return "contiguous memory and strides of " + STRIDE + " bytes";
  }

  @Override
  public boolean keepsTheLast() {
    return true;
  }

  @Override
  public void attach(BufferStream stream) throws IOException {
    DeviceSpec display =
        DeviceSpec.builder("kmssink")
            .access(Access.READ)
            .constraints(
                Constraints.builder().contiguous().strideAlignment(STRIDE).camping(HELD).build())
            .group("kmssink")
            .build();
    Path socket = folder.resolve("frames");
    UnixFdServer serving =
        UnixFdServer.builder(broker, stream)
            .device(display)
            .mostHeld(HELD)
            .frameRate(rate.frames(), rate.seconds())
            .start(socket);
    server = serving;
    Process started =
        programs.launch(
            "unixfdsrc socket-path=%s ! kmssink driver-name=%s force-modesetting=true sync=false"
                .formatted(socket, DRIVER));
    pipeline = started;
    // A client that comes after the last frame would wait for the next start.
    Programs.await("a unixfdsrc that connects", started, () -> !serving.clients().isEmpty());
    seen = ShownChecksums.record(checksums, folder.resolve("checksums"), started);
  }

  @Override
  public Shown end() throws InterruptedException, IOException {
    Sightings sightings = new Sightings();
    if (pipeline != null && seen != null) {
      if (!pipeline.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(
            "kmssink did not end " + PATIENCE_SECONDS + " s after the last frame");
      }
      Checksums checksum = new Checksums(picture);
      Map<Long, Integer> numbers = new HashMap<>();
      for (int i = 0; i < frames; i++) {
        numbers.put(checksum.of(i), i);
      }
      for (long each : seen.end()) {
        Integer number = numbers.get(each);
        if (number == null) {
          sightings.wrong();
        } else {
          sightings.right(number);
        }
      }
    }
    return sightings.shown();
  }

  @Override
  public void close() {
    if (pipeline != null) {
      Process unused = pipeline.destroyForcibly().onExit().join();
    }
    if (server != null) {
      server.close();
    }
    Programs.delete(folder);
  }
}
