package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.devices.Books;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Records from a camera by way of a converter and an encoder while a display shows the pictures,
 * with the encoder off for the middle third, and decodes the file. Exit status: 0 if the right
 * frames come out and nothing is left behind, 1 if not, 2 for a wrong command line.
 */
public final class RunPipeline {
  /** A codec worth its name does better; a wrong or torn frame of moving bars is below. */
  private static final double LEAST_DECIBELS = 28;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private RunPipeline() {}

  /** See {@link Options#USAGE}. */
  public static void main(String[] args) throws InterruptedException, IOException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    Optional<Rig> rig = rig(options.devices());
    if (rig.isEmpty()) {
      System.err.println(
          "vivid (twice), vim2m and vicodec are not all here, or not for this user;"
              + " samples/run --kernel pipeline runs it in the kernel lab");
      System.exit(1);
      return;
    }
    System.exit(run(options, rig.get()) ? 0 : 1);
  }

  private static boolean run(Options options, Rig rig) throws InterruptedException, IOException {
    Books before = Books.open();
    System.out.println("devices: " + rig.description());
    System.out.printf(
        "%s, converted to %s, %d frames%n", rig.captured(), rig.converted(), options.frames());
    Comparison comparison = new Comparison();
    Path file =
        options.file().isPresent()
            ? options.file().get()
            : Files.createTempFile("dmabroker-pipeline", ".fwht");
    Recording.Outcome recorded;
    int mapped;
    try (Broker broker = Broker.builder().discoverHeaps().build()) {
      recorded =
          new Recording(rig, broker, comparison, System.out::println).run(options.frames(), file);
      new Decoding(rig, broker, comparison).run(CodedFrames.read(file));
      mapped = Books.mappings(broker);
    } finally {
      if (options.file().isEmpty()) {
        Files.delete(file);
      }
    }
    long left = mapped + before.leftWithin(PATIENCE);
    System.out.println(comparison);
    if (recorded.dmaBufs() > 0) {
      System.out.printf(
          "dma-bufs that the kernel lists: %d before, %d when all was recorded, %d after%n",
          before.dmaBufs(), recorded.dmaBufs(), Books.open().dmaBufs());
    }
    System.out.printf(
        Locale.ROOT,
        "result: captured=%d converted=%d encoded=%d displayed=%d decoded=%d psnr_min_db=%.1f"
            + " misplaced=%d left=%d devices=%s%n",
        recorded.captured(),
        recorded.converted(),
        recorded.encoded(),
        recorded.displayed(),
        comparison.decodedCount(),
        comparison.worst(),
        comparison.misplaced(),
        left,
        rig.kind());
    return recorded.captured() == recorded.converted()
        && recorded.encoded() > 0
        && recorded.encoded() < recorded.converted()
        && recorded.displayed() > 0
        && comparison.decodedCount() == recorded.encoded()
        && comparison.worst() >= LEAST_DECIBELS
        && comparison.misplaced() == 0
        && left == 0;
  }

  /** Empty if there are no real ones and it has to be these. */
  private static Optional<Rig> rig(Options.Devices wanted) {
    return switch (wanted) {
      case REAL -> RealRig.open();
      case MODELLED -> Optional.of(new ModelledRig());
      case AUTO -> RealRig.open().or(() -> Optional.of(new ModelledRig()));
    };
  }
}
