package dev.dmabroker.samples.lateattach.processes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a viewer says at its end.
 *
 * @param longestGapMicros the longest time between two frames: the period of the frames, and what
 *     the viewer saw of a stall
 */
record ViewerResult(long frames, long corrupt, long longestGapMicros) {
  private static final Pattern LINE =
      Pattern.compile("result: frames=(\\d+) corrupt=(\\d+) longest_gap_us=(\\d+)");

  /**
   * Reads the last line of a viewer.
   *
   * @throws IllegalArgumentException if it is none
   */
  static ViewerResult parse(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IllegalArgumentException("no result of a viewer: " + line);
    }
    return new ViewerResult(
        Long.parseLong(parts.group(1)),
        Long.parseLong(parts.group(2)),
        Long.parseLong(parts.group(3)));
  }
}
