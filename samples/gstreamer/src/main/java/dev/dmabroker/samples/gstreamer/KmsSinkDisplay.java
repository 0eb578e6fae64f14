package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.gstreamer.UnixFdServer;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A display behind GStreamer's {@code kmssink}, in a process of its own that gets the frames
 * through a socket: the kernel's test display vkms, which tells the checksum of each picture that
 * it shows.
 */
final class KmsSinkDisplay implements Display {
  private static final Path DRM = Path.of("/sys/kernel/debug/dri");
  private static final String DRIVER = "vkms";
  private static final int HELD = 4;
  private static final int STRIDE = 64;
  private static final long PATIENCE_SECONDS = 60;

  /** After the number of the picture, which may be unknown (drivers/gpu/drm/drm_debugfs_crc.c). */
  private static final Pattern CHECKSUM = Pattern.compile(" (0x[0-9a-f]{8})");

  private final Broker broker;
  private final Picture picture;
  private final FrameRate rate;
  private final int frames;
  private final Path launch;
  private final Path folder;
  private final Path checksums;

  private final CompletableFuture<Void> looked = new CompletableFuture<>();
  private @Nullable UnixFdServer server;
  private @Nullable Process pipeline;
  private volatile @Nullable Process reader;

  private KmsSinkDisplay(
      Broker broker, Picture picture, FrameRate rate, int frames, Path launch, Path crtc)
      throws IOException {
    this.broker = broker;
    this.picture = picture;
    this.rate = rate;
    this.frames = frames;
    this.launch = launch;
    this.checksums = crtc.resolve("crc");
    this.folder = Files.createTempDirectory("dmabroker-kmssink");
  }

  /**
   * Finds the display; empty if this machine does not have it.
   *
   * @param frames how many pictures there are
   * @param launch what starts GStreamer's programs
   */
  static Optional<Display> open(
      Broker broker, Picture picture, FrameRate rate, int frames, Path launch) throws IOException {
    Optional<Path> crtc = crtc();
    return crtc.isEmpty()
        ? Optional.empty()
        : Optional.of(new KmsSinkDisplay(broker, picture, rate, frames, launch, crtc.get()));
  }

  private static Optional<Path> crtc() throws IOException {
    if (!Files.isDirectory(DRM)) {
      return Optional.empty();
    }
    try (Stream<Path> cards = Files.list(DRM)) {
      for (Path card : cards.sorted().toList()) {
        Path name = card.resolve("name");
        if (Files.exists(name) && Files.readString(name).startsWith(DRIVER)) {
          return Optional.of(card.resolve("crtc-0"));
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public String needs() {
    return "contiguous memory and strides of " + STRIDE + " bytes";
  }

  @Override
  public void attach(BufferStream stream) {
    DeviceSpec display =
        DeviceSpec.builder("kmssink")
            .access(Access.READ)
            .constraints(
                Constraints.builder().contiguous().strideAlignment(STRIDE).camping(HELD).build())
            .group("kmssink")
            .build();
    Path socket = folder.resolve("frames.sock");
    try {
      server =
          UnixFdServer.builder(broker, stream)
              .device(display)
              .mostHeld(HELD)
              .frameRate(rate.frames(), rate.seconds())
              .start(socket);
      pipeline =
          new ProcessBuilder(
                  launch.toString(),
                  "unixfdsrc",
                  "socket-path=" + socket,
                  "!",
                  "kmssink",
                  "driver-name=" + DRIVER,
                  "force-modesetting=true",
                  "sync=false")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      Files.writeString(checksums.resolve("control"), "auto");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitClient();
    Thread thread = new Thread(this::look, "checksums of " + DRIVER);
    thread.setDaemon(true);
    thread.start();
  }

  /** A client that comes after the last frame waits for the next start. */
  private void awaitClient() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (server.clients().isEmpty()) {
      if (!pipeline.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("kmssink does not connect; " + folder + " has its log");
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Has a program copy the checksums into a file, as a read of them cannot be interrupted. */
  private void look() {
    try {
      while (pipeline.isAlive()) { // There are none before the display is on.
        Process cat =
            new ProcessBuilder("cat", checksums.resolve("data").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(seen().toFile()))
                .start();
        reader = cat;
        cat.waitFor();
      }
      looked.complete(null);
    } catch (Throwable t) {
      looked.completeExceptionally(t);
    }
  }

  private Path seen() {
    return folder.resolve("checksums");
  }

  @Override
  public Shown end() throws InterruptedException {
    if (pipeline == null) {
      return new Shown(0, 0);
    }
    if (!pipeline.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("kmssink did not end");
    }
    reader.destroy();
    looked.join();
    try {
      return shown();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Shown shown() throws IOException {
    Checksums checksumOf = new Checksums(picture);
    Map<Long, Integer> numbers = new HashMap<>();
    for (int i = 0; i < frames; i++) {
      numbers.put(checksumOf.of(i), i);
    }
    Sightings sightings = new Sightings();
    Matcher sums = CHECKSUM.matcher(Files.readString(seen(), StandardCharsets.ISO_8859_1));
    while (sums.find()) {
      Integer number = numbers.get(Long.decode(sums.group(1)));
      if (number == null) {
        sightings.wrong();
      } else {
        sightings.right(number);
      }
    }
    return sightings.shown();
  }

  @Override
  public void close() {
    if (pipeline != null) {
      pipeline.destroy();
    }
    if (server != null) {
      server.close();
    }
  }
}
