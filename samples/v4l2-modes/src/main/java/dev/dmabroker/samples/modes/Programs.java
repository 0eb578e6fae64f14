package dev.dmabroker.samples.modes;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds and runs the programs of others. */
final class Programs {
  private static final int LONGEST_SECONDS = 180;

  /** The shell tells the CPU time of all threads in milliseconds; the rest goes to a file. */
  private static final List<String> TIMED =
      List.of("bash", "-c", "TIMEFORMAT='cpu %3U %3S'; time \"$@\" >\"$0\" 2>&1");

  private static final Pattern CPU =
      Pattern.compile("(?m)^cpu ([0-9]+\\.[0-9]{3}) ([0-9]+\\.[0-9]{3})$");

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

  /**
   * CPU time of a process with all its threads, in seconds.
   *
   * @param user in the program
   * @param kernel in system calls
   */
  record CpuTime(double user, double kernel) {
    double sum() {
      return user + kernel;
    }

    CpuTime minus(CpuTime other) {
      return new CpuTime(user - other.user, kernel - other.kernel);
    }

    /** What the shell said of it. */
    static CpuTime parse(String said) {
      Matcher cpu = CPU.matcher(said);
      if (!cpu.find()) {
        throw new IllegalArgumentException("no times in '" + said + "'");
      }
      return new CpuTime(Double.parseDouble(cpu.group(1)), Double.parseDouble(cpu.group(2)));
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

  /** The least CPU time that a command takes in some runs. */
  static CpuTime time(Command command, int runs) {
    return IntStream.range(0, runs)
        .mapToObj(run -> time(command))
        .min(Comparator.comparingDouble(CpuTime::sum))
        .orElseThrow();
  }

  /** The CPU time that a command takes. */
  static CpuTime time(Command command) {
    try {
      Path output = Files.createTempFile("output", ".txt");
      try {
        List<String> timed = new ArrayList<>(TIMED);
        timed.add(output.toString());
        return CpuTime.parse(said(command.after(timed), output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command, and gives what it says. */
  static String run(Command command) {
    return said(command, null);
  }

  private static String said(Command command, @Nullable Path output) {
    try {
      Path said = Files.createTempFile("said", ".txt");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command.words())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(command.environment());
        Process process = builder.start();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new IllegalStateException(command.words() + " did not end");
        }
        String text = Files.readString(said);
        if (process.exitValue() != 0) {
          throw new IllegalStateException(
              "%s ended with status %d: %s%s"
                  .formatted(
                      command.words(),
                      process.exitValue(),
                      text,
                      output == null ? "" : Files.readString(output)));
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
}
