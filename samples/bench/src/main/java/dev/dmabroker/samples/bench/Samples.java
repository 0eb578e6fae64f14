package dev.dmabroker.samples.bench;

import java.util.Arrays;
import java.util.List;

/** Numbers in order. */
final class Samples {
  private Samples() {}

  /**
   * The smallest sample that at least {@code share} of all do not exceed.
   *
   * @param share over 0, up to 1
   */
  static double percentile(long[] samples, double share) {
    long[] sorted = samples.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }

  /** The middle one, or the mean of the two in the middle. */
  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** All samples of several rounds. */
  static long[] pooled(List<long[]> rounds) {
    return rounds.stream().flatMapToLong(Arrays::stream).toArray();
  }
}
