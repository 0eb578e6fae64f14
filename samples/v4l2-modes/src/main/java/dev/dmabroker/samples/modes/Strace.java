package dev.dmabroker.samples.modes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * Counts system calls with strace, which stops what it counts at each: nothing else is measured
 * meanwhile. The counts of a frame are the difference between a short and a long run.
 */
final class Strace implements CallCounter {
  private static final int SHORT = 10;
  private static final int LONG = 60;

  /** Counts, and prints the counts alone. */
  private static final List<String> COUNT = List.of("strace", "-c", "-U", "calls,name");

  private Strace() {}

  /** Empty if this machine has no strace. */
  static Optional<Strace> find() {
    return Programs.onPath(COUNT.get(0)).map(found -> new Strace());
  }

  @Override
  public Optional<CallsPerFrame> perFrame(IntConsumer show) {
    Map<String, Long> shorter = during(() -> show.accept(SHORT));
    Map<String, Long> longer = during(() -> show.accept(LONG));
    return Optional.of(CallsPerFrame.between(shorter, longer, LONG - SHORT));
  }

  /**
   * Counts the calls of a program with all its threads.
   *
   * @param program its command for a number of frames
   */
  CallsPerFrame ofProgram(IntFunction<Programs.Command> program) {
    return CallsPerFrame.between(
        ofRun(program.apply(SHORT)), ofRun(program.apply(LONG)), LONG - SHORT);
  }

  private static Map<String, Long> ofRun(Programs.Command command) {
    return counted(
        summary -> {
          List<String> strace = new ArrayList<>(COUNT);
          strace.addAll(List.of("-f", "-o", summary.toString()));
          Programs.run(command.after(strace));
        });
  }

  /** What the calling thread calls while an action runs, and to begin and end the counting. */
  private static Map<String, Long> during(Runnable action) {
    return counted(
        summary -> {
          List<String> strace = new ArrayList<>(COUNT);
          strace.addAll(List.of("-p", thread(), "-o", summary.toString()));
          Process process = new ProcessBuilder(strace).redirectErrorStream(true).start();
          try {
            awaitAttached(process);
            action.run();
          } finally {
            process.destroy(); // It writes the summary, and lets the thread go.
            process.waitFor();
          }
        });
  }

  /** The kernel's number of the calling thread. */
  private static String thread() throws IOException {
    return Path.of("/proc/thread-self").toRealPath().getFileName().toString();
  }

  private static void awaitAttached(Process strace) throws IOException {
    StringBuilder said = new StringBuilder();
    BufferedReader lines = strace.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.endsWith(" attached")) {
        return;
      }
      said.append(line);
    }
    throw new IOException("strace did not attach: " + said);
  }

  private interface Counting {
    void writeTo(Path summary) throws IOException, InterruptedException;
  }

  private static Map<String, Long> counted(Counting counting) {
    try {
      Path summary = Files.createTempFile("calls", ".txt");
      try {
        counting.writeTo(summary);
        return CallsPerFrame.parse(Files.readString(summary));
      } finally {
        Files.delete(summary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while strace counted", e);
    }
  }
}
