package dev.dmabroker.samples.dashboard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** How long maps waited, second by second, for the last minute. Thread-safe. */
final class StallHistogram {
  static final int SECONDS = 60;

  /** Upper bounds, inclusive; what waited longer than the last counts beyond them. */
  static final List<Duration> BOUNDS =
      Stream.of(1_000L, 4_000L, 16_667L, 33_333L, 100_000L)
          .map(micros -> Duration.ofNanos(micros * 1000))
          .toList();

  private final LongSupplier nanos;
  private final long start;
  private final long[][] counts = new long[SECONDS][BOUNDS.size() + 1];
  private final long[] longestNanos = new long[SECONDS];
  private long newest;

  /** With a clock as {@link System#nanoTime} is. */
  StallHistogram(LongSupplier nanos) {
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  synchronized void record(Duration waited) {
    int column = turn();
    int bucket = 0;
    while (bucket < BOUNDS.size() && waited.compareTo(BOUNDS.get(bucket)) > 0) {
      bucket++;
    }
    counts[column][bucket]++;
    longestNanos[column] = Math.max(longestNanos[column], TimeUnit.NANOSECONDS.convert(waited));
  }

  /** Counts by bucket for each second, the oldest first; the last is the second that runs. */
  synchronized List<List<Long>> columns() {
    turn();
    List<List<Long>> columns = new ArrayList<>(SECONDS);
    for (long second = newest - SECONDS + 1; second <= newest; second++) {
      columns.add(Arrays.stream(counts[Math.floorMod(second, SECONDS)]).boxed().toList());
    }
    return columns;
  }

  /** Whole seconds since the start. */
  synchronized long newestSecond() {
    turn();
    return newest;
  }

  /** The longest of the last minute; zero if none waited. */
  synchronized Duration longest() {
    turn();
    return Duration.ofNanos(Arrays.stream(longestNanos).max().orElse(0));
  }

  /** Clears what has become older than a minute, and finds the column of this second. */
  private int turn() {
    long now = (nanos.getAsLong() - start) / 1_000_000_000L;
    for (long second = Math.max(newest + 1, now - SECONDS + 1); second <= now; second++) {
      Arrays.fill(counts[Math.floorMod(second, SECONDS)], 0);
      longestNanos[Math.floorMod(second, SECONDS)] = 0;
    }
    newest = Math.max(newest, now);
    return Math.floorMod(newest, SECONDS);
  }
}
