package dev.dmabroker.samples.replay;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Notes how a playing goes. What it keeps does not depend on the length. Thread-safe. */
final class CourseRecorder {
  private static final int STEPS = 300;

  private final LongSupplier clockMicros;
  private final Set<String> scarce;
  private final long stepMicros;
  private final long[] moves = new long[STEPS];
  private final long[] refusals = new long[STEPS];
  private final long[] peaks = new long[STEPS];
  private long held;
  private int reached;

  /**
   * Begins.
   *
   * @param clockMicros what the time is, since the trace began
   */
  CourseRecorder(Trace trace, LongSupplier clockMicros) {
    this.clockMicros = clockMicros;
    this.stepMicros = trace.durationMicros() / STEPS + 1;
    this.scarce =
        trace.heaps().stream()
            .filter(TraceHeap::contiguous)
            .map(TraceHeap::name)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** A buffer moved. */
  synchronized void moved() {
    moves[step()]++;
  }

  /** A map found no room. */
  synchronized void refused() {
    refusals[step()]++;
  }

  /** Buffers have that much more of the heap. */
  synchronized void held(String heap, long bytes) {
    if (scarce.contains(heap)) {
      int now = step();
      held += bytes;
      peaks[now] = Math.max(peaks[now], held);
    }
  }

  /** Returns the step that it is now; what was held in those since the last one is what is held. */
  private int step() {
    int now = (int) Math.min(STEPS - 1, clockMicros.getAsLong() / stepMicros);
    while (reached < now) {
      reached++;
      peaks[reached] = held;
    }
    return now;
  }

  /** What was noted until now. */
  synchronized Course course() {
    int unused = step();
    return new Course(stepMicros, sums(moves), sums(refusals), list(peaks));
  }

  private static List<Long> sums(long[] values) {
    long[] sums = values.clone();
    Arrays.parallelPrefix(sums, Long::sum);
    return list(sums);
  }

  private static List<Long> list(long[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
