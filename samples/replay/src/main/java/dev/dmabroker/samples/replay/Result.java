package dev.dmabroker.samples.replay;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of a trace under a heuristic.
 *
 * @param heuristic which one
 * @param moves buffers that moved, evictions and returns included
 * @param copiedBytes what that copied
 * @param refusals maps that failed because no heap had room
 * @param evictions moves that the heuristic wanted to make room
 * @param returns moves by which buffers left scarce memory that they did not need
 * @param rolledBack moves that failed, each attempt
 * @param peaks the most that was out of each heap
 * @param means what was held of each heap on average over the trace
 * @param stallMicros how long moves kept new maps of their buffers waiting, if there were any
 * @param waitedMicros what all maps waited together, for moves and for their first memory
 * @param dropped maps of producers that were not granted in time: frames that are lost
 * @param missed other maps that were not
 * @param course how that came over time
 */
record Result(
    String heuristic,
    long moves,
    long copiedBytes,
    long refusals,
    long evictions,
    long returns,
    long rolledBack,
    List<Amount> peaks,
    List<Amount> means,
    long stallMicros,
    long waitedMicros,
    long dropped,
    long missed,
    Course course) {

  /**
   * An amount of a heap's memory.
   *
   * @param heap its name
   * @param bytes in whole pages
   */
  record Amount(String heap, long bytes) {}

  private static String words(String what, List<Amount> amounts) {
    return amounts.stream()
        .map(each -> what + "_" + each.heap() + "=" + each.bytes())
        .collect(Collectors.joining(" "));
  }

  /** For programs to read. */
  String line(String trace) {
    return "result: trace=%s heuristic=%s moves=%d copied=%d refusals=%d %s stall_us=%d dropped=%d"
            .formatted(
                trace,
                heuristic,
                moves,
                copiedBytes,
                refusals,
                words("peak", peaks),
                stallMicros,
                dropped)
        + " missed=%d evictions=%d rolled_back=%d waited_us=%d returns=%d %s"
            .formatted(missed, evictions, rolledBack, waitedMicros, returns, words("mean", means));
  }
}
