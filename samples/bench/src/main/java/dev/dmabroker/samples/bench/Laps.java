package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Times operations, each in every lap. Not thread-safe. */
final class Laps {
  private final Map<ScaledOperation, List<Double>> nanos = new EnumMap<>(ScaledOperation.class);

  /** What is timed, and what comes of it. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws Exception;
  }

  /** What is timed, of which nothing comes. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /** Times what makes something. */
  <T> T made(ScaledOperation operation, Work<T> work) throws Exception {
    long start = System.nanoTime();
    T made = work.run();
    note(operation, (double) (System.nanoTime() - start));
    return made;
  }

  /** Times what is done. */
  void done(ScaledOperation operation, Step step) throws Exception {
    long start = System.nanoTime();
    step.run();
    note(operation, (double) (System.nanoTime() - start));
  }

  /** Times what takes so little that it has to be done many times. */
  void done(ScaledOperation operation, int times, Step step) throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      step.run();
    }
    note(operation, (System.nanoTime() - start) / (double) times);
  }

  private void note(ScaledOperation operation, double time) {
    nanos.computeIfAbsent(operation, key -> new ArrayList<>()).add(time);
  }

  /** Forgets the times: they were of code that was not compiled yet. */
  void warm() {
    nanos.clear();
  }

  /** The operations with the median of the time that each took, in nanoseconds. */
  String answer() {
    List<String> words = new ArrayList<>();
    nanos.forEach(
        (operation, times) -> words.add(operation + "=" + Math.round(Samples.median(times))));
    return String.join(" ", words);
  }
}
