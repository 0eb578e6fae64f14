package dev.dmabroker.samples.replay;

import java.util.List;

/**
 * What a policy cost over several traces: the sums, and of scarce memory the mean.
 *
 * @param scarceBytes what buffers held of contiguous memory on average over the time of each trace
 */
record Score(
    String policy,
    long dropped,
    long missed,
    long refusals,
    long moves,
    long copiedBytes,
    long stallMicros,
    long scarceBytes) {

  /** Adds up what came of traces under one policy. */
  static Score of(String policy, List<Result> results) {
    return new Score(
        policy,
        results.stream().mapToLong(Result::dropped).sum(),
        results.stream().mapToLong(Result::missed).sum(),
        results.stream().mapToLong(Result::refusals).sum(),
        results.stream().mapToLong(Result::moves).sum(),
        results.stream().mapToLong(Result::copiedBytes).sum(),
        results.stream().mapToLong(Result::stallMicros).sum(),
        results.stream().mapToLong(Score::scarceBytes).sum() / Math.max(1, results.size()));
  }

  private static long scarceBytes(Result result) {
    return result.means().stream()
        .filter(mean -> mean.heap().equals(Workload.SCARCE))
        .mapToLong(Result.Amount::bytes)
        .sum();
  }

  static final List<String> HEADINGS =
      List.of("dropped", "missed", "refusals", "moves", "copied", "stall", "scarce memory");

  /** The figures, under {@link #HEADINGS}. */
  List<String> figures() {
    return List.of(
        Long.toString(dropped),
        Long.toString(missed),
        Long.toString(refusals),
        Long.toString(moves),
        Table.mebibytes(copiedBytes),
        Table.millis(stallMicros),
        Table.mebibytes(scarceBytes));
  }
}
