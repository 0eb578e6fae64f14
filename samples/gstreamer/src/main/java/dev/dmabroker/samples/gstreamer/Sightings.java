package dev.dmabroker.samples.gstreamer;

import java.util.HashSet;
import java.util.Set;

/**
 * Counts what was seen at the far end of a display. It shows nothing of use before its first frame
 * and after its last one, so pictures count from the first that is right to the last that is right.
 * Used by one thread at a time.
 */
final class Sightings {
  private final Set<Integer> numbers = new HashSet<>();
  private long wrong;
  private long wrongSinceRight;

  /** The picture with this number was seen, as it was drawn. */
  void right(int number) {
    wrong += numbers.isEmpty() ? 0 : wrongSinceRight;
    wrongSinceRight = 0;
    numbers.add(number);
  }

  /** Something else was seen. */
  void wrong() {
    wrongSinceRight++;
  }

  /** What was seen up to now. */
  Display.Shown shown() {
    return new Display.Shown(numbers.size(), wrong);
  }
}
