package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.samples.options.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Records from a camera by way of a converter and an encoder while a display shows the pictures,
 * with the encoder off for the middle third, and decodes the file. Exit status: 0 if the right
 * frames come out and nothing is left behind, 1 if not, 2 for a wrong command line.
 */
@Command(name = "samples/run [--kernel] pipeline")
public final class RunPipeline implements Callable<Integer> {
  /** A codec worth its name does better; a wrong or torn frame of moving bars is below. */
  private static final double LEAST_DECIBELS = 28;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Mixin private final Options options = new Options();

  private RunPipeline() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(CommandLines.of(new RunPipeline()).execute(args));
  }

  /** Opens the devices, and runs the pipeline over them. */
  @Override
  public Integer call() throws InterruptedException, IOException {
    Optional<Rig> rig = options.devices.open(RealRig::open, ModelledRig::new);
    if (rig.isEmpty()) {
      System.err.println(
          "vivid (twice), vim2m and vicodec are not all here, or not for this user;"
              + " samples/run --kernel pipeline runs it in the kernel lab");
      return 1;
    }
    return run(rig.get()) ? 0 : 1;
  }

  private boolean run(Rig rig) throws InterruptedException, IOException {
    Books before = Books.open();
    Comparison comparison = new Comparison();
    Path file =
        options.file.isPresent()
            ? options.file.get()
            : Files.createTempFile("dmabroker-pipeline", ".fwht");
    Recording.Outcome recorded;
    int mapped;
    try (Broker broker = StandIns.broker().build()) {
      StandIns.notice(broker).ifPresent(System.out::println);
      System.out.println("devices: " + rig.description());
      System.out.printf(
          "%s, converted to %s, %d frames%n", rig.captured(), rig.converted(), options.frames);
      recorded =
          new Recording(rig, broker, comparison, System.out::println).run(options.frames, file);
      new Decoding(rig, broker, comparison).run(CodedFrames.read(file));
      mapped = Books.mappings(broker);
    } finally {
      if (options.file.isEmpty()) {
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
}
