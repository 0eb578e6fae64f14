package dev.dmabroker.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Soaks in a simulated world, seed after seed: of buffers, of one buffer in tight races, and of
 * streams; together for {@code -Ddmabroker.simulated} (an ISO duration) from {@code
 * -Ddmabroker.simulated.seed}, as many side by side as there are processors. A seed that fails is
 * printed, and fails again.
 */
class SimulatedSoakTest {
  private static final Duration LENGTH =
      Duration.parse(System.getProperty("dmabroker.simulated", "PT4S"));

  /** Seeds that failed once, a line each, and why. */
  private static final Path CORPUS = Path.of("src/test/resources/simulated-seeds.txt");

  /** It is full of faults; a logger that is not referred to forgets its level. */
  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");

  /** For each thread that runs trials one copy. */
  private static final List<Trials> COPIES = new ArrayList<>();

  @BeforeAll
  static void load() throws Exception {
    LOG.setLevel(Level.OFF);
    for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) {
      COPIES.add(new Trials());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"buffers", "duel", "streams"})
  void equalSeedsGiveEqualRuns(String kind) {
    for (long seed = 1; seed <= 2; seed++) {
      assertEquals(COPIES.get(0).run(kind, seed), COPIES.get(0).run(kind, seed), "seed " + seed);
    }
  }

  @Test
  void seedsThatFailedOnceDoNotFailAgain() throws IOException {
    for (String line : Files.readAllLines(CORPUS)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.split(" ", 3);
        String unused = COPIES.get(0).run(words[0], Long.parseLong(words[1]));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"buffers", "duel", "streams"})
  void nothingIsLostAndNothingHangs(String kind) {
    long first = Long.getLong("dmabroker.simulated.seed", System.nanoTime());
    Soak soak = new Soak(kind, first);
    soak.run();
    System.out.println(soak.summary());
    assertTrue(soak.switches.get() > 0);
  }

  /** Seeds of one kind, which threads take one after the other. */
  private static final class Soak {
    private final String kind;
    private final long first;
    private final AtomicLong next;
    private final long start = System.nanoTime();
    private final AtomicLong switches = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong restNanos = new AtomicLong();

    Soak(String kind, long first) {
      this.kind = kind;
      this.first = first;
      this.next = new AtomicLong(first);
    }

    void run() {
      ExecutorService threads = Executors.newFixedThreadPool(COPIES.size());
      try {
        COPIES.stream()
            .map(copy -> CompletableFuture.runAsync(() -> run(copy), threads))
            .toList()
            .forEach(CompletableFuture::join);
      } catch (CompletionException e) {
        throw new AssertionError(e.getMessage(), e);
      } finally {
        threads.shutdown();
      }
    }

    private void run(Trials copy) {
      do {
        String report = copy.run(kind, next.getAndIncrement());
        switches.addAndGet(figure(report, "steps"));
        if (kind.equals("streams")) {
          frames.addAndGet(figure(report, "frames"));
          restNanos.addAndGet(figure(report, "rest"));
        }
        nanos.addAndGet(figure(report, "nanos"));
      } while (System.nanoTime() - start < LENGTH.toNanos() / Trials.kinds());
    }

    private static long figure(String report, String name) {
      String from = report.substring(report.indexOf(" " + name + "=") + name.length() + 2);
      return Long.parseLong(from.split(" ", 2)[0]);
    }

    String summary() {
      double seconds = (System.nanoTime() - start) / 1e9;
      double hours = nanos.get() / 3600e9;
      double rest = restNanos.get() / 3600e9;
      return String.format(
          Locale.ROOT,
          "simulated %s: seeds %d to %d, %.1f a second; %.0f switches of threads a second;"
              + " %.4g hours of the world in %.1f s, %.4g a minute: %.4g active, and %.4g of rest;"
              + " %d frames",
          kind,
          first,
          next.get() - 1,
          (next.get() - first) / seconds,
          switches.get() / seconds,
          hours,
          seconds,
          hours * 60 / seconds,
          hours - rest,
          rest,
          frames.get());
    }
  }
}
