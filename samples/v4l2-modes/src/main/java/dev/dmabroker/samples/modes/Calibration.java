package dev.dmabroker.samples.modes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Small loops in Java and in C, which do equal work, timed one beside the other: on a machine and
 * in the kernel lab they tell how much more an emulator slows down compiled Java than C.
 */
final class Calibration {
  private static final int CELLS = 4096;
  private static final int STEPS = 20_000_000;

  /** The clock is read less often, as that may take a system call. */
  private static final int CLOCK_SHARE = 1_000;

  /** For each loop, so that the timed pass finds compiled code. */
  private static final int WARM_UPS = 5;

  private static final String SOURCE = "calibration.c";
  private static final Pattern LINE = Pattern.compile("(?m)^([a-z]+) ([0-9]+\\.[0-9]+) ([0-9]+)$");

  /** One of the four things that a step may be; more than a JVM binds a call to. */
  private interface Step {
    int apply(int x);
  }

  private record ShiftLeft() implements Step {
    @Override
    public int apply(int x) {
      return x ^ x << 13;
    }
  }

  private record ShiftRight() implements Step {
    @Override
    public int apply(int x) {
      return x ^ x >>> 17;
    }
  }

  private record Add() implements Step {
    @Override
    public int apply(int x) {
      return x + 0x9e3779b9;
    }
  }

  private record Turn() implements Step {
    @Override
    public int apply(int x) {
      return Integer.rotateLeft(x, 5);
    }
  }

  /**
   * What a loop took.
   *
   * @param nanos CPU time of a step
   * @param result shows that both languages have done equal work
   */
  record Timed(double nanos, long result) {}

  private Calibration() {}

  /** Runs the loops, and says what a step took. */
  static String report() {
    Map<String, Timed> java = inJava(STEPS);
    if (Programs.onPath("cc").isEmpty()) {
      return "calibration: there is no C compiler here to compare with: " + java + "\n";
    }
    Map<String, Timed> c = inC(STEPS);
    StringBuilder report = new StringBuilder();
    java.forEach(
        (name, timed) -> {
          Timed other = Objects.requireNonNull(c.get(name));
          report.append(
              String.format(
                  Locale.ROOT,
                  "calibration: %-10s Java %8.2f ns a step, C %8.2f ns, Java/C %.2f%n",
                  name,
                  timed.nanos(),
                  other.nanos(),
                  timed.nanos() / other.nanos()));
        });
    return report.toString();
  }

  static Map<String, Timed> inJava(int steps) {
    Map<String, Timed> times = new LinkedHashMap<>();
    int[] cells = new int[CELLS];
    times.put("arithmetic", time(count -> arithmetic(cells, count), steps));
    Step[] kinds = {new ShiftLeft(), new ShiftRight(), new Add(), new Turn()};
    times.put("calls", time(count -> calls(kinds, count), steps));
    times.put("clock", time(Calibration::clock, steps / CLOCK_SHARE));
    return times;
  }

  private static Timed time(IntUnaryOperator loop, int steps) {
    for (int i = 0; i < WARM_UPS; i++) {
      int unused = loop.applyAsInt(steps / 100);
    }
    var threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    int result = loop.applyAsInt(steps);
    double nanos = threads.getCurrentThreadCpuTime() - before;
    return new Timed(nanos / steps, Integer.toUnsignedLong(result));
  }

  private static int arithmetic(int[] cells, int steps) {
    int x = 1;
    for (int i = 0; i < steps; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      cells[x & CELLS - 1] += x;
    }
    return x;
  }

  private static int calls(Step[] kinds, int steps) {
    int x = 1;
    for (int i = 0; i < steps; i++) {
      x = kinds[i & 3].apply(x);
    }
    return x;
  }

  /** How often the clock goes back, which it never does. */
  private static int clock(int steps) {
    int back = 0;
    long last = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      long now = System.nanoTime();
      back += now - last < 0 ? 1 : 0;
      last = now;
    }
    return back;
  }

  /** Compiles the loops in C, and has them run. */
  static Map<String, Timed> inC(int steps) {
    try {
      Path folder = Files.createTempDirectory("calibration");
      Path source = folder.resolve(SOURCE);
      Path program = folder.resolve("calibration");
      try (InputStream text =
          Objects.requireNonNull(Calibration.class.getResourceAsStream(SOURCE), SOURCE)) {
        Files.copy(text, source);
        Programs.run(
            new Programs.Command(
                List.of("cc", "-O1", "-o", program.toString(), source.toString()), Map.of()));
        return parse(
            Programs.run(
                new Programs.Command(
                    List.of(program.toString(), String.valueOf(steps)), Map.of())));
      } finally {
        Files.deleteIfExists(source);
        Files.deleteIfExists(program);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Timed> parse(String said) {
    Map<String, Timed> times = new LinkedHashMap<>();
    for (MatchResult line : LINE.matcher(said).results().toList()) {
      times.put(
          line.group(1),
          new Timed(Double.parseDouble(line.group(2)), Long.parseLong(line.group(3))));
    }
    return times;
  }
}
