package dev.dmabroker.samples.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameChecksumTest {
  private final Random random = new Random(42);

  private ByteBuffer randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.allocateDirect(length).put(0, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 31, 32, 33, 40, 63, 64, 71, 100})
  void everyBitOfEveryByteCounts(int length) {
    ByteBuffer bytes = randomBytes(length);
    Set<Long> sums = new HashSet<>(Set.of(FrameChecksum.of(bytes)));
    for (int bit = 0; bit < length * 8; bit++) {
      flip(bytes, bit);
      assertTrue(sums.add(FrameChecksum.of(bytes)), "bit " + bit);
      flip(bytes, bit);
    }
  }

  private static void flip(ByteBuffer bytes, int bit) {
    bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
  }

  @Test
  void twoWordsThatChangePlacesShow() {
    ByteBuffer bytes = randomBytes(100).order(ByteOrder.nativeOrder());
    long sum = FrameChecksum.of(bytes);
    for (int i = 0; i + 8 <= 100; i += 4) {
      for (int j = i + 8; j + 8 <= 100; j += 4) {
        swap(bytes, i, j);
        assertNotEquals(sum, FrameChecksum.of(bytes), i + " and " + j);
        swap(bytes, i, j);
      }
    }
    assertEquals(sum, FrameChecksum.of(bytes));
  }

  private static void swap(ByteBuffer bytes, int i, int j) {
    long kept = bytes.getLong(i);
    bytes.putLong(i, bytes.getLong(j));
    bytes.putLong(j, kept);
  }

  @Test
  void zerosOfDifferentLengthsDiffer() {
    Set<Long> sums = new HashSet<>();
    for (int length = 0; length <= 100; length++) {
      assertTrue(sums.add(FrameChecksum.of(ByteBuffer.allocate(length))), "length " + length);
    }
  }

  @Test
  void onlyTheBytesFromPositionToLimitCount() {
    ByteBuffer bytes = randomBytes(77);
    ByteBuffer inside = ByteBuffer.allocate(100).position(13).limit(90);
    inside.slice().put(bytes.duplicate());
    assertEquals(FrameChecksum.of(bytes), FrameChecksum.of(inside));
    assertEquals(13, inside.position());
    assertEquals(90, inside.limit());
  }

  @Test
  void theBuffersOwnByteOrderDoesNotMatter() {
    ByteBuffer bytes = randomBytes(100);
    assertEquals(
        FrameChecksum.of(bytes.order(ByteOrder.BIG_ENDIAN)),
        FrameChecksum.of(bytes.order(ByteOrder.LITTLE_ENDIAN)));
    assertEquals(FrameChecksum.of(bytes), FrameChecksum.of(bytes.asReadOnlyBuffer()));
  }

  @Test
  void bothHalvesOfTheSumAreSpread() {
    Set<Integer> low = new HashSet<>();
    Set<Integer> high = new HashSet<>();
    ByteBuffer bytes = ByteBuffer.allocate(64);
    for (int i = 0; i < 1000; i++) {
      long sum = FrameChecksum.of(bytes.putInt(60, i));
      low.add((int) sum);
      high.add((int) (sum >>> 32));
    }
    assertTrue(low.size() > 990 && high.size() > 990, low.size() + " and " + high.size());
  }
}
