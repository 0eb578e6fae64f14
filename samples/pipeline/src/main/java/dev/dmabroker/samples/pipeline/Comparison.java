package dev.dmabroker.samples.pipeline;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether decoded frames are those that were encoded. The codec is lossy, so they are compared by
 * their peak signal-to-noise ratio; and as frames that follow each other are alike, each decoded
 * frame must also be nearer to its own source than to the sources beside it. Used by one thread at
 * a time.
 */
final class Comparison {
  private final List<byte[]> sources = new ArrayList<>();
  private final List<Double> ratios = new ArrayList<>();
  private int misplaced;

  /** Keeps a copy of a frame that is about to be encoded. */
  void source(ByteBuffer frame) {
    sources.add(bytes(frame));
  }

  /** Compares the next decoded frame. */
  void decoded(ByteBuffer frame) {
    byte[] decoded = bytes(frame);
    int index = ratios.size();
    if (index >= sources.size()) {
      misplaced++;
      ratios.add(0.0);
      return;
    }
    double ratio = psnr(sources.get(index), decoded);
    for (int beside : new int[] {index - 1, index + 1}) {
      if (beside >= 0 && beside < sources.size() && psnr(sources.get(beside), decoded) > ratio) {
        misplaced++;
        break;
      }
    }
    ratios.add(ratio);
  }

  private static byte[] bytes(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.duplicate().get(bytes);
    return bytes;
  }

  /** In decibels over all samples, infinite for equal frames; 0 if their sizes differ. */
  static double psnr(byte[] one, byte[] other) {
    if (one.length != other.length) {
      return 0;
    }
    long squares = 0;
    for (int i = 0; i < one.length; i++) {
      int difference = (one[i] & 0xff) - (other[i] & 0xff);
      squares += (long) difference * difference;
    }
    return 10 * Math.log10(255.0 * 255.0 * one.length / squares);
  }

  /** Frames that were decoded. */
  int decodedCount() {
    return ratios.size();
  }

  /** Decoded frames that resemble another source more than their own. */
  int misplaced() {
    return misplaced;
  }

  /** The worst ratio, in decibels; 0 if there are no frames. */
  double worst() {
    return ratios.stream().mapToDouble(each -> each).min().orElse(0);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d of %d frames decoded, the worst with %.1f dB PSNR; %d nearer to another frame's source",
        decodedCount(),
        sources.size(),
        worst(),
        misplaced);
  }
}
