package dev.dmabroker.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Walks at random over the whole public API, one seed after the other, and fails with all that the
 * API does not promise: exceptions that no Javadoc names, calls that take longer than they may,
 * contents that are lost, snapshots that contradict themselves, and what is left behind at the end.
 * Runs for {@code -Ddmabroker.fuzz} (an ISO duration). With {@code -Ddmabroker.fuzz.seed} it walks
 * one seed again and again.
 */
class FuzzTest {
  private final Duration length = Duration.parse(System.getProperty("dmabroker.fuzz", "PT10S"));
  private final Set<Thread> before = brokerThreads();

  @Test
  void theApiKeepsItsPromises() throws Exception {
    assumeTrue(ToolProvider.getSystemJavaCompiler() != null, "a JDK parses the Javadoc");
    DocumentedExceptions documented =
        DocumentedExceptions.ofPackage(Path.of("src/main/java/dev/dmabroker"));
    Totals totals = new Totals();
    Map<String, String> found = new LinkedHashMap<>();
    Long only = Long.getLong("dmabroker.fuzz.seed");
    long first = only != null ? only : System.nanoTime();
    long walks = 0;
    long end = System.nanoTime() + length.toNanos();
    try (Watchdog watchdog = new Watchdog()) {
      while (walks == 0 || (System.nanoTime() - end < 0 && watchdog.hang() == null)) {
        long seed = only != null ? only : first + walks;
        new Walk(seed, documented, totals, watchdog).run().all().forEach(found::putIfAbsent);
        walks++;
      }
    }
    System.out.printf(
        "fuzz: %,d walks from seed %d, %,d calls in %s, %d kinds of findings%n%s",
        walks, first, totals.calls(), length, found.size(), totals.table());
    assertTrue(found.isEmpty(), () -> String.join("\n\n", found.values()));
    try {
      Await.until("no thread is left behind", () -> before.containsAll(brokerThreads()));
    } catch (AssertionError e) {
      throw new AssertionError("left behind are " + brokerThreads(), e);
    }
  }

  @Test
  void aSeedGivesOneSequence() {
    assertEquals(
        Stream.generate(Walk.steps(7, 3)::next).limit(2000).map(Step::toString).toList(),
        Stream.generate(Walk.steps(7, 3)::next).limit(2000).map(Step::toString).toList());
  }

  private static Set<Thread> brokerThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(
        thread ->
            !thread.getName().startsWith("dmabroker-")
                || thread.getName().equals("dmabroker-leaks")); // Serves all brokers for good.
    return threads;
  }
}
