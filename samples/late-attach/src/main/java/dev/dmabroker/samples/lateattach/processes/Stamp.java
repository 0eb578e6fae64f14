package dev.dmabroker.samples.lateattach.processes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * What a frame begins with, so that clients in any language can check it: the frame's number, and
 * the CRC-32 of all that follows, in 8 bytes each, the lowest first.
 */
final class Stamp {
  private static final int BYTES = 2 * Long.BYTES;

  /** Odd; bits of the golden ratio. */
  private static final long PATTERN = 0x9E3779B97F4A7C15L;

  private Stamp() {}

  /** Fills a frame with a picture that no other number has, and stamps it. */
  static void fill(ByteBuffer frame, long number) {
    ByteBuffer bytes = frame.order(ByteOrder.LITTLE_ENDIAN);
    long value = (number + 1) * PATTERN;
    int at = BYTES;
    for (; at + Long.BYTES <= bytes.limit(); at += Long.BYTES) {
      bytes.putLong(at, value + at);
    }
    for (; at < bytes.limit(); at++) {
      bytes.put(at, (byte) number);
    }
    add(bytes, number);
  }

  /** Stamps a frame that has its picture; the stamp covers the picture's first bytes. */
  static void add(ByteBuffer frame, long number) {
    ByteBuffer bytes = frame.order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(0, number);
    bytes.putLong(Long.BYTES, sum(bytes));
  }

  /** Whether a frame is as its camera left it. */
  static boolean isIntact(ByteBuffer frame) {
    ByteBuffer bytes = frame.order(ByteOrder.LITTLE_ENDIAN);
    return bytes.limit() > BYTES && bytes.getLong(Long.BYTES) == sum(bytes);
  }

  private static long sum(ByteBuffer bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes.slice(BYTES, bytes.limit() - BYTES));
    return sum.getValue();
  }
}
