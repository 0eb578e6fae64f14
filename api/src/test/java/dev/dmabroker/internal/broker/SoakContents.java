package dev.dmabroker.internal.broker;

import dev.dmabroker.MappedMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What may be read of one buffer: what the last write wrote that ended before the read began, or
 * what any write that overlaps with the read did. A write here is all that changes contents. One at
 * a time, which is the caller's concern.
 *
 * <p>Contents are {@code value + offset} in each long; or zeros; or, once an OVERWRITE has been
 * granted and nothing written, anything. Released memory is marked, and never right.
 */
final class SoakContents {
  static final long ZERO = 0;
  static final long UNKNOWN = -1;
  private static final int STRIDE = 64;

  private final int sizeBytes;

  /** Each change that has begun. */
  private final List<Long> begun = new ArrayList<>(List.of(ZERO));

  /** The last that has ended. */
  private int ended;

  SoakContents(int sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  /** Before a read begins: what {@link #check} is to be given. */
  synchronized int mark() {
    return ended;
  }

  synchronized void begin(long value) {
    begun.add(value);
  }

  /** The change that has begun last is complete. */
  synchronized void end() {
    ended = begun.size() - 1;
  }

  /** The change that has begun last did not take place: what was there before goes on. */
  synchronized void undo() {
    begun.add(begun.get(ended));
    end();
  }

  /** The numbers are multiples of 64 KiB, so that contents tell which write they are of. */
  static long value(long number) {
    return number << 16;
  }

  void fill(ByteBuffer bytes, long value) {
    for (int i = 0; i < sizeBytes; i += 8) {
      bytes.putLong(i, value + i);
    }
  }

  private synchronized List<Long> possible(int mark) {
    return List.copyOf(begun.subList(mark, begun.size()));
  }

  /**
   * Fails unless all that lies there may.
   *
   * @param mark from before the read began
   */
  void check(ByteBuffer bytes, int mark, MappedMemory mapping) {
    long[] found = new long[sizeBytes / STRIDE];
    for (int i = 0; i < found.length; i++) {
      found[i] = bytes.getLong(i * STRIDE);
    }
    List<Long> possible = possible(mark); // Later, so that no write is missed that was seen.
    for (int i = 0; i < found.length; i++) {
      if (isReleased(found[i]) || !isPossible(found[i], i * STRIDE, possible)) {
        throw new AssertionError(
            mapping
                + ", generation "
                + mapping.generation()
                + ", "
                + mapping.access()
                + ": "
                + Long.toHexString(found[i])
                + " at "
                + i * STRIDE
                + " instead of one of "
                + possible.stream().map(Long::toHexString).toList());
      }
    }
  }

  /** Whether the scripted heap has marked it; no value has that byte there. */
  static boolean isReleased(long found) {
    return (found & 0xff) == 0xdd;
  }

  private static boolean isPossible(long found, int offset, List<Long> possible) {
    for (long value : possible) {
      if (value == UNKNOWN || found == (value == ZERO ? 0 : value + offset)) {
        return true;
      }
    }
    return false;
  }
}
