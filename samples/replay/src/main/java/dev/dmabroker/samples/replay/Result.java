package dev.dmabroker.samples.replay;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of a trace under a heuristic.
 *
 * @param heuristic which one
 * @param moves buffers that moved, evictions included
 * @param copiedBytes what that copied
 * @param refusals maps that failed because no heap had room
 * @param evictions moves that the heuristic wanted to make room
 * @param rolledBack moves that failed, each attempt
 * @param peaks the most that was out of each heap
 * @param stallMicros how long moves kept new maps of their buffers waiting, if there were any
 * @param waitedMicros what all maps waited together, for moves and for their first memory
 * @param dropped maps of producers that were not granted in time: frames that are lost
 * @param missed other maps that were not
 */
record Result(
    String heuristic,
    long moves,
    long copiedBytes,
    long refusals,
    long evictions,
    long rolledBack,
    List<Peak> peaks,
    long stallMicros,
    long waitedMicros,
    long dropped,
    long missed) {

  /**
   * The most that was out of a heap.
   *
   * @param heap its name
   * @param bytes in whole pages
   */
  record Peak(String heap, long bytes) {}

  /** For programs to read. */
  String line(String trace) {
    return "result: trace=%s heuristic=%s moves=%d copied=%d refusals=%d %s stall_us=%d dropped=%d"
            .formatted(
                trace,
                heuristic,
                moves,
                copiedBytes,
                refusals,
                peaks.stream()
                    .map(peak -> "peak_" + peak.heap() + "=" + peak.bytes())
                    .collect(Collectors.joining(" ")),
                stallMicros,
                dropped)
        + " missed=%d evictions=%d rolled_back=%d waited_us=%d"
            .formatted(missed, evictions, rolledBack, waitedMicros);
  }
}
