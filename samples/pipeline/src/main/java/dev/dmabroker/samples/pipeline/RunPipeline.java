package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.devices.Books;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Records from a camera by way of a converter and an encoder while a display shows the pictures,
 * with the encoder off for the middle third, and decodes the file. Exit status: 0 if the right
 * frames come out and nothing is left behind, 1 if not, 2 for a wrong command line.
 */
public final class RunPipeline {
  /** A codec that is worth its name does better; a wrong or torn frame of moving bars is below. */
  private static final double LEAST_DECIBELS = 28;

  private static final int TRIES = 200;

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
    System.exit(run(options) ? 0 : 1);
  }

  static boolean run(Options options) throws InterruptedException, IOException {
    Books before = Books.open();
    Rig rig = rig(options);
    System.out.println("devices: " + rig.description());
    System.out.printf(
        "%s, converted to %s, %d frames%n", rig.captured(), rig.converted(), options.frames());
    Path file =
        options.file().isPresent()
            ? options.file().get()
            : Files.createTempFile("dmabroker-pipeline", ".fwht");
    Recording.Outcome outcome;
    try (Broker broker = Broker.builder().discoverHeaps().build()) {
      outcome = new Recording(rig, System.out::println).run(broker, options.frames(), file);
    } finally {
      if (options.file().isEmpty()) {
        Files.delete(file);
      }
    }
    // What the kernel takes apart in its own time, such as a fence's file, it has some time for.
    await(() -> before.left() == 0);
    long left = outcome.mapped() + before.left();
    System.out.printf(
        Locale.ROOT,
        "result: captured=%d converted=%d encoded=%d displayed=%d decoded=%d psnr_min_db=%.1f"
            + " misplaced=%d left=%d devices=%s%n",
        outcome.captured(),
        outcome.converted(),
        outcome.encoded(),
        outcome.displayed(),
        outcome.decoded(),
        outcome.worstDecibels(),
        outcome.misplaced(),
        left,
        rig.kind());
    return outcome.encoded() > 0
        && outcome.encoded() < outcome.converted()
        && outcome.captured() == outcome.converted()
        && outcome.displayed() > 0
        && outcome.decoded() == outcome.encoded()
        && outcome.worstDecibels() >= LEAST_DECIBELS
        && outcome.misplaced() == 0
        && left == 0;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < TRIES && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
  }

  private static Rig rig(Options options) {
    Optional<Rig> real =
        options.devices() == Options.Devices.MODELLED ? Optional.empty() : RealRig.open();
    if (real.isEmpty() && options.devices() == Options.Devices.REAL) {
      throw new IllegalStateException(
          "vivid (n_devs=2), vim2m and vicodec are not all here; run with --kernel");
    }
    return real.orElseGet(ModelledRig::new);
  }
}
