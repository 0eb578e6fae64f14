package dev.dmabroker.samples.modes;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Finds and runs the programs of others. */
final class Programs {
  private static final long LONGEST_NANOS = Duration.ofMinutes(3).toNanos();
  private static final long LOOK_MILLIS = 40;

  /**
   * A program with its arguments.
   *
   * @param words the program and its arguments
   * @param environment more of it than this process has
   */
  record Command(List<String> words, Map<String, String> environment) {
    Command {
      words = List.copyOf(words);
      environment = Map.copyOf(environment);
    }

    /** The command as arguments of another. */
    Command after(List<String> other) {
      List<String> all = new ArrayList<>(other);
      all.addAll(words);
      return new Command(all, environment);
    }
  }

  private Programs() {}

  /** Where a program lies; empty if there is none of this name. */
  static Optional<Path> onPath(String name) {
    return Stream.of(
            Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Runs a command, and gives what it says.
   *
   * @throws IllegalStateException if it fails or does not end
   */
  static String run(Command command) {
    return run(command, process -> {});
  }

  /**
   * The CPU time that a command takes for a second of its run, as late as can be: its start, which
   * may take longer than all the rest, does not count.
   *
   * @param window over which it is measured
   * @param end before the end of the run, which does not count either
   * @throws IllegalStateException if it fails, or ends too early
   */
  static CpuTime rate(Command command, Duration window, Duration end) {
    NavigableMap<Long, CpuTime> looks = new TreeMap<>(); // By the time in nanoseconds since start.
    long startNanos = System.nanoTime();
    String unused =
        run(command, process -> look(process).ifPresent(cpu -> looks.put(since(startNanos), cpu)));
    var last = looks.floorEntry(since(startNanos) - end.toNanos());
    var first = last == null ? null : looks.floorEntry(last.getKey() - window.toNanos());
    if (first == null || last == null) {
      throw new IllegalStateException(command.words() + " ended in less than " + window);
    }
    return last.getValue()
        .minus(first.getValue())
        .dividedBy((last.getKey() - first.getKey()) / 1e9);
  }

  private static long since(long startNanos) {
    return System.nanoTime() - startNanos;
  }

  /** Empty if the process has just ended. */
  private static Optional<CpuTime> look(Process process) {
    try {
      return Optional.of(
          CpuTime.parse(Files.readString(Path.of("/proc", process.pid() + "", "stat"))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String run(Command command, Consumer<Process> look) {
    try {
      Path said = Files.createTempFile("said", ".txt");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command.words())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(command.environment());
        int status = end(builder.start(), command, look);
        String text = Files.readString(said);
        if (status != 0) {
          throw new IllegalStateException(
              "%s ended with status %d: %s".formatted(command.words(), status, text));
        }
        return text;
      } finally {
        Files.delete(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted beside " + command.words(), e);
    }
  }

  /** Looks at a process until it has ended. */
  private static int end(Process process, Command command, Consumer<Process> look)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    try {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        look.accept(process);
        if (since(startNanos) > LONGEST_NANOS) {
          throw new IllegalStateException(command.words() + " did not end");
        }
      }
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
