package dev.dmabroker.samples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The life of a buffer that is mapped once, beside the same system calls from C, turn by turn. */
final class FirstMapSuite implements Suite {
  private static final long[] SIZES = {4L << 10, 1L << 20, 8L << 20, 32L << 20};

  /** Of the smallest size; fewer of larger ones, as those take longer. */
  private static final int MOST_CYCLES = 1000;

  private static final int FEWEST_CYCLES = 3;
  private static final long BYTES_PER_SLICE = 64L << 20;

  /** What a JVM needs to compile a cycle as well as it can: JMH takes as long by default. */
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "first-map";
  }

  @Override
  public void measure(Form form, Table table) {
    Optional<CProgram> program = CProgram.compile("first-map.c");
    try {
      Map<Subject, Rounds> measured = new LinkedHashMap<>();
      for (int round = 1; round <= form.rounds(); round++) {
        round(form, round, program, measured);
      }
      table.section("first-map: export, attach, map, unmap, detach, close; no bar but for memfd");
      measured.forEach((subject, rounds) -> print(subject, rounds, table));
    } finally {
      program.ifPresent(CProgram::close);
    }
  }

  /** A heap and a size. */
  private record Subject(String heap, long bytes) {
    String what() {
      return heap + ", " + (bytes < 1 << 20 ? bytes / 1024 + " KiB" : (bytes >> 20) + " MiB");
    }

    int cycles() {
      return (int) Math.max(FEWEST_CYCLES, Math.min(MOST_CYCLES, BYTES_PER_SLICE / bytes));
    }
  }

  /** The nanoseconds of a cycle in each round. */
  private record Rounds(List<Double> ours, List<Double> inC) {}

  private void round(
      Form form, int round, Optional<CProgram> program, Map<Subject, Rounds> measured) {
    try (Worker java = Worker.java(FirstMapWorker.class);
        Worker inC = program.map(CProgram::start).orElse(null)) {
      List<String> heaps =
          Arrays.stream(java.ask("heaps").split(" ", -1))
              .filter(heap -> !heap.endsWith("-huge"))
              .toList();
      for (String heap : heaps) {
        for (long bytes : SIZES) {
          Subject subject = new Subject(heap, bytes);
          progress(form, round, subject.what());
          Rounds rounds =
              measured.computeIfAbsent(
                  subject, key -> new Rounds(new ArrayList<>(), new ArrayList<>()));
          takeTurns(form, subject, java, inC, rounds);
        }
      }
    }
  }

  private static void takeTurns(
      Form form, Subject subject, Worker java, @Nullable Worker inC, Rounds rounds) {
    // Larger buffers go through the code that the smallest has warmed up.
    Duration warmUp = subject.bytes() == SIZES[0] ? WARM_UP : Duration.ZERO;
    long start = System.nanoTime();
    do {
      double unused = nanos(java, subject);
    } while (System.nanoTime() - start < warmUp.toNanos());
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int slice = 0; slice < form.slices(); slice++) {
      ours.add(nanos(java, subject));
      theirs.add(inC == null ? Double.NaN : nanos(inC, subject));
    }
    rounds.ours().add(Samples.median(ours));
    rounds.inC().add(Samples.median(theirs));
  }

  private static double nanos(Worker worker, Subject subject) {
    double nanos = worker.number(subject.heap(), subject.bytes(), subject.cycles());
    return nanos / subject.cycles();
  }

  private static void print(Subject subject, Rounds rounds, Table table) {
    Figure ours = Figure.of(subject.what(), Unit.NANOS, rounds.ours());
    Figure inC = Figure.of(subject.what() + ", from C", Unit.NANOS, rounds.inC());
    boolean promised = subject.heap().equals("memfd");
    boolean compared = !Double.isNaN(inC.value());
    if (promised && compared) {
      table.add(ours, inC, Bar.FIRST_MAP);
    } else if (promised) {
      table.addUnjudged(ours, "no C compiler: install gcc and libc6-dev", Bar.FIRST_MAP);
    } else if (compared) {
      table.add(ours, inC);
    } else {
      table.add(ours);
    }
    if (compared) {
      table.add(inC);
    }
  }
}
