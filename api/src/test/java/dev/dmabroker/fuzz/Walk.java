package dev.dmabroker.fuzz;

import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The walk of one seed: of one thread if the seed is even, of six if it is odd. */
final class Walk {
  private static final int THREADS = 6;
  private static final int STEPS = 1500;
  private static final List<Integer> FAULTS_PER_MILLE = List.of(0, 5, 20, 80);

  /** The last step. */
  private static final Step END =
      new Step(
          new Operation("the end of a walk", 1, draw -> World::endAll),
          "all",
          /* hasNull= */ false,
          Duration.ZERO,
          /* endsByInterrupt= */ false,
          /* interrupted= */ false,
          /* elsewhere= */ false,
          World::endAll);

  private final long seed;
  private final Findings findings;
  private final Totals totals;
  private final Watchdog watchdog;
  private final World world;

  Walk(long seed, DocumentedExceptions documented, Totals totals, Watchdog watchdog) {
    this.seed = seed;
    this.totals = totals;
    this.watchdog = watchdog;
    this.findings = new Findings("-Ddmabroker.fuzz.seed=" + seed);
    Random random = new Random(~seed);
    Hostility hostility =
        new Hostility(seed, FAULTS_PER_MILLE.get(random.nextInt(FAULTS_PER_MILLE.size())));
    Oracles oracles = new Oracles(documented, findings, totals);
    this.world = new World(oracles, new Extensions(hostility, oracles, random.nextBoolean()));
  }

  private static boolean isShared(long seed) {
    return (seed & 1) == 1;
  }

  /** The steps of one of the walk's threads. */
  static Steps steps(long seed, int thread) {
    return new Steps(Operations.all(), seed * THREADS + thread);
  }

  /** Walks, ends all, and looks for what is left behind. */
  Findings run() throws InterruptedException {
    for (int i = 0; i < Things.BROKERS.slots(); i++) {
      world.put(new Ref<>(Things.BROKERS, i), world.extensions.newBuilder().build());
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < (isShared(seed) ? THREADS : 1); i++) {
      Steps steps = steps(seed, i);
      threads.add(new Thread(() -> walk(steps), "fuzz-" + i));
    }
    join(threads);
    join(List.of(new Thread(() -> take(0, END), "fuzz-end")));
    String hang = watchdog.hang();
    if (hang != null) {
      findings.add("a call", new Finding(hang));
    } else {
      lookAround();
    }
    return findings;
  }

  /** Starts the threads, and returns when they have ended, or when one hangs. */
  private void join(List<Thread> threads) throws InterruptedException {
    boolean unused = Thread.interrupted(); // A hostile extension may have left it to this thread.
    if (watchdog.hang() == null) {
      threads.forEach(thread -> thread.setDaemon(true));
      threads.forEach(Thread::start);
    }
    for (Thread thread : threads) {
      while (thread.isAlive() && watchdog.hang() == null) {
        thread.join(50);
      }
    }
  }

  private void walk(Steps steps) {
    int count = isShared(seed) ? STEPS / 3 : STEPS;
    for (int i = 0; i < count && watchdog.hang() == null; i++) {
      Step step = steps.next();
      if (step.elsewhere()) {
        elsewhere(i, step);
      } else {
        take(i, step);
      }
    }
  }

  private void elsewhere(int number, Step step) {
    Thread other = new Thread(() -> take(number, step), Thread.currentThread().getName() + "-else");
    other.setDaemon(true);
    other.start();
    while (other.isAlive() && watchdog.hang() == null) {
      try {
        other.join(100);
      } catch (InterruptedException e) {
        // Only what a step before this one left.
      }
    }
  }

  private void take(int number, Step step) {
    String method = step.operation().method();
    findings.begin(Thread.currentThread().getName() + " #" + number + " " + step);
    totals.called(method);
    if (step.interrupted()) {
      Thread.currentThread().interrupt();
    }
    try (Watchdog.Call unused = watchdog.begin(step, totals)) {
      step.action().run(world);
      if (step.hasNull()) {
        findings.add(method, new Finding("it takes null"));
      }
    } catch (Skip e) {
      totals.skipped(method);
    } catch (Throwable t) {
      world.oracles.judge(method, t, step.hasNull());
    }
    boolean unused = Thread.interrupted(); // What the next step meets, it meets by itself.
  }

  /** Looks for what is left behind. */
  private void lookAround() {
    List<HostileHeap> heaps = world.extensions.heaps();
    try {
      Await.until("heaps got all back", () -> heaps.stream().allMatch(heap -> heap.live() == 0));
    } catch (AssertionError e) {
      heaps.stream()
          .filter(heap -> heap.live() > 0)
          .forEach(heap -> findings.add("heap " + heap.name(), new Finding("memory is left", e)));
    }
    if (heaps.stream().anyMatch(heap -> heap.timesClosed() > 1)) {
      findings.add("Heap.close()", new Finding("it was closed more than once"));
    }
    if (world.extensions.fences().pending() > 0) {
      findings.add("FencePoller.pending()", new Finding("fences are still watched"));
    }
  }
}
