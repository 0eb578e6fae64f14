package dev.dmabroker.fuzz;

import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;

/**
 * Stamps in a buffer's contents, 64 bytes apart in each line of each plane: the value that was
 * written and the stamp's index, so that a move to another layout leaves their order.
 */
final class Stamps {
  static final long ZERO = 0;
  private static final int DISTANCE_BYTES = 64;

  private Stamps() {}

  /** Each value is in no other stamp than its own. */
  static long value(long number) {
    return number << 24;
  }

  /** The lowest byte tells a stamp from memory that the scripted heap has marked as given back. */
  static long stamp(long value, int index) {
    return value == ZERO ? 0 : value + ((index & 0xffffL) << 8) + 1;
  }

  static long valueOf(long stamp) {
    return stamp & -(1L << 24);
  }

  static boolean isReleased(long stamp) {
    return (stamp & 0xff) == 0xdd;
  }

  /** Called for each place of a stamp. */
  private interface Visitor {
    void visit(int index, int offset);
  }

  private static int visit(Layout layout, Visitor visitor) {
    int index = 0;
    for (Layout.Plane plane : layout.planes()) {
      for (long line = 0; line < plane.lines(); line++) {
        long start = plane.offsetBytes() + line * plane.strideBytes();
        for (long at = 0; at + Long.BYTES <= plane.lineBytes(); at += DISTANCE_BYTES) {
          visitor.visit(index++, (int) (start + at));
        }
      }
    }
    return index;
  }

  static long[] read(ByteBuffer bytes, Layout layout) {
    long[] found = new long[visit(layout, (index, offset) -> {})];
    int unused = visit(layout, (index, offset) -> found[index] = bytes.getLong(offset));
    return found;
  }

  static void write(ByteBuffer bytes, Layout layout, long value) {
    int unused = visit(layout, (index, offset) -> bytes.putLong(offset, stamp(value, index)));
  }
}
