package dev.dmabroker.internal.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyPartsTest {
  private static final int ROUNDS = Integer.getInteger("dmabroker.rounds", 300);
  private static final int WINDOW = 1 << 30;

  private final ScriptedHeap heap = ScriptedHeap.system();

  private Backing filled(int sizeBytes, long seed) throws HeapException {
    Backing backing = heap.allocate(new Heap.Request("test", sizeBytes));
    byte[] contents = new byte[sizeBytes];
    new Random(seed).nextBytes(contents);
    backing.bytes(0, sizeBytes).put(0, contents);
    return backing;
  }

  private static byte[] contents(Backing backing) throws HeapException {
    byte[] contents = new byte[Math.toIntExact(backing.sizeBytes())];
    backing.bytes(0, contents.length).get(0, contents);
    return contents;
  }

  /** Each part once, in any order. */
  private static void copyAll(CopyParts parts, Random random) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, parts.count()).boxed().toList());
    Collections.shuffle(order, random);
    order.forEach(parts::copy);
  }

  private static void assertSame(byte[] expected, byte[] actual, String at) {
    assertEquals(ByteBuffer.wrap(expected), ByteBuffer.wrap(actual), at);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 262_143, 262_144, 262_145, 1_000_000, 3_110_400})
  void equalLayoutsAreCopiedToTheEndOfTheSmallerMemory(int sizeBytes) throws Exception {
    Layout layout = new Layout(1, List.of(new Layout.Plane(0, 1, 1, 1)));
    for (int windowBytes : new int[] {4096, 300_000, 524_288, WINDOW}) {
      Backing from = filled(sizeBytes, 1);
      Backing to = filled(sizeBytes + 100, 2);
      byte[] expected = contents(to);
      System.arraycopy(contents(from), 0, expected, 0, sizeBytes);
      Mover.Copy copy =
          new Mover.Copy(
              new Windowed(from, windowBytes), layout, new Windowed(to, windowBytes), layout);
      CopyParts parts = CopyParts.of(copy, windowBytes);
      copyAll(parts, new Random(3));
      assertSame(expected, contents(to), "window " + windowBytes);
      assertEquals(sizeBytes, parts.sizeBytes());
      assertEquals(sizeBytes, CopyParts.sizeBytes(copy));
      from.release();
      to.release();
    }
  }

  @Test
  void memoryThatIsSmallerThanItsLayoutIsNotCopied() throws Exception {
    Layout tight = new Layout(200, List.of(new Layout.Plane(0, 100, 100, 2)));
    Layout wide = new Layout(250, List.of(new Layout.Plane(0, 150, 100, 2)));
    for (Layout target : List.of(tight, wide)) {
      Backing enough = filled(250, 1);
      Backing less = filled((int) target.sizeBytes() - 1, 2);
      assertThrows(
          HeapException.class, () -> CopyParts.of(new Mover.Copy(enough, tight, less, target)));
      assertThrows(
          HeapException.class, () -> CopyParts.of(new Mover.Copy(less, target, enough, tight)));
    }
  }

  /** What has other lines or tiles on the other side would be cut off there. */
  @Test
  void contentsThatAreNotAlikeAreNotCopied() throws Exception {
    Backing memory = filled(8192, 1);
    Layout bytes = new Layout(256, List.of(new Layout.Plane(0, 256, 256, 1)));
    Layout picture = ImageSpec.of(16, 16, PixelFormat.GREY).layout();
    for (Layout other :
        List.of(
            new Layout(255, List.of(new Layout.Plane(0, 255, 255, 1))),
            new Layout(257, List.of(new Layout.Plane(0, 257, 257, 1))),
            new Layout(256, List.of(new Layout.Plane(0, 16, 16, 16, 16))),
            new Layout(
                257, List.of(new Layout.Plane(0, 256, 256, 1), new Layout.Plane(256, 1, 1, 1))),
            picture)) {
      assertThrows(
          IllegalArgumentException.class, () -> new Mover.Copy(memory, bytes, memory, other));
      assertThrows(
          IllegalArgumentException.class, () -> new Mover.Copy(memory, other, memory, bytes));
    }
    for (Layout other :
        List.of(
            ImageSpec.of(16, 16, PixelFormat.Y16).layout(),
            new Layout(
                256,
                List.of(new Layout.Plane(0, 16, 16, 16, 16)),
                Optional.of(
                    new Layout.Image(PixelFormat.GREY, Modifier.SAMSUNG_16_16_TILE, 16, 16))))) {
      assertThrows(
          IllegalArgumentException.class, () -> new Mover.Copy(memory, picture, memory, other));
    }
    Layout larger = ImageSpec.of(17, 20, PixelFormat.GREY).layout();
    assertEquals(256, CopyParts.of(new Mover.Copy(memory, picture, memory, larger)).sizeBytes());
  }

  @Test
  void partsOfARangeMeetBetweenPages() throws Exception {
    Layout layout = new Layout(1, List.of(new Layout.Plane(0, 1, 1, 1)));
    Backing from = filled(1 << 20, 1);
    Backing to = filled(1 << 20, 2);
    byte[] before = contents(to);
    CopyParts parts = CopyParts.of(new Mover.Copy(from, layout, to, layout));
    assertEquals(4, parts.count());
    parts.copy(2);
    int start = 2 * CopyParts.PART_BYTES;
    System.arraycopy(contents(from), start, before, start, CopyParts.PART_BYTES);
    assertSame(before, contents(to), "one part");
    assertEquals(0, CopyParts.PART_BYTES % 65_536, "the largest ordinary page of Linux");
    assertThrows(IndexOutOfBoundsException.class, () -> parts.copy(4));
  }

  /** Against a copy byte by byte, over layouts of all shapes. */
  @Test
  void planesAreCopiedRowByRowAndNothingElseIsTouched() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < ROUNDS; i++) {
      int planes = 1 + random.nextInt(3);
      List<Layout.Plane> sources = new ArrayList<>();
      List<Layout.Plane> targets = new ArrayList<>();
      long sourceEnd = random.nextInt(100);
      long targetEnd = 1L + random.nextInt(100);
      for (int p = 0; p < planes; p++) {
        int tile = 1 << random.nextInt(4);
        long line = 1L + random.nextInt(i % 10 == 0 ? 20_000 : 500);
        long lines = (long) tile * (1 + random.nextInt(40));
        boolean dense = random.nextInt(4) == 0;
        sources.add(plane(random, sourceEnd, line, lines, tile, dense));
        targets.add(plane(random, targetEnd, line, lines, tile, dense));
        sourceEnd = end(sources.get(p));
        targetEnd = end(targets.get(p));
      }
      Backing from = filled((int) sourceEnd, i);
      Backing to = filled((int) targetEnd, -i - 1);
      byte[] expected = contents(to);
      long bytes = copyNaively(contents(from), sources, expected, targets);
      int window = List.of(512, 40_000, WINDOW).get(i % 3);
      Mover.Copy copy =
          new Mover.Copy(
              new Windowed(from, window),
              new Layout(sourceEnd, sources),
              new Windowed(to, window),
              new Layout(targetEnd, targets));
      CopyParts parts = CopyParts.of(copy, window);
      copyAll(parts, random);
      assertSame(expected, contents(to), i + ": " + sources + " to " + targets);
      assertEquals(bytes, parts.sizeBytes());
      assertEquals(bytes, CopyParts.sizeBytes(copy));
      from.release();
      to.release();
    }
  }

  /** Memory of which something, and only so much, may be asked for at one time. */
  private static final class Windowed extends ForwardingBacking {
    private final int mostBytes;

    Windowed(Backing memory, int mostBytes) {
      super(memory);
      this.mostBytes = mostBytes;
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      assertTrue(
          lengthBytes > 0 && lengthBytes <= mostBytes,
          () -> lengthBytes + " of " + mostBytes + " bytes");
      return super.bytes(offsetBytes, lengthBytes);
    }
  }

  private static Layout.Plane plane(
      Random random, long end, long line, long lines, int tile, boolean dense) {
    int padding = dense ? 0 : random.nextInt(200);
    return new Layout.Plane(end + random.nextInt(50), line + padding, line, lines, tile);
  }

  /** Where its contents end; no memory is there for the padding of the last row. */
  private static long end(Layout.Plane plane) {
    long rows = plane.lines() / plane.tileLines();
    long step = plane.strideBytes() * plane.tileLines();
    return plane.offsetBytes() + (rows - 1) * step + plane.lineBytes() * plane.tileLines();
  }

  private static long copyNaively(
      byte[] from, List<Layout.Plane> sources, byte[] to, List<Layout.Plane> targets) {
    long copied = 0;
    for (int p = 0; p < sources.size(); p++) {
      Layout.Plane source = sources.get(p);
      Layout.Plane target = targets.get(p);
      long rowBytes = source.lineBytes() * source.tileLines();
      for (int row = 0; row < source.lines() / source.tileLines(); row++) {
        long read = source.offsetBytes() + row * source.strideBytes() * source.tileLines();
        long written = target.offsetBytes() + row * target.strideBytes() * target.tileLines();
        for (int x = 0; x < rowBytes; x++) {
          to[(int) written + x] = from[(int) read + x];
          copied++;
        }
      }
    }
    return copied;
  }

  @Test
  void aPlaneIsCutIntoPartsOfSeveralRows() throws Exception {
    Layout source = new Layout(2000 * 1000, List.of(new Layout.Plane(0, 2000, 1999, 1000)));
    Layout target = new Layout(2048 * 1000, List.of(new Layout.Plane(0, 2048, 1999, 1000)));
    CopyParts parts =
        CopyParts.of(new Mover.Copy(filled(2_000_000, 1), source, filled(2_048_000, 2), target));
    assertEquals(8, parts.count(), "of 128 lines each, and one of what is left");
  }

  @Test
  void aPlaneWithoutGapsOnBothSidesIsOneRange() throws Exception {
    for (long from : new long[] {300_000, 300_001}) {
      for (long to : new long[] {300_000, 300_001}) {
        Layout source = new Layout(4 * from, List.of(new Layout.Plane(0, from, 300_000, 4)));
        Layout target = new Layout(4 * to + 1, List.of(new Layout.Plane(1, to, 300_000, 4)));
        CopyParts parts =
            CopyParts.of(
                new Mover.Copy(
                    filled((int) (4 * from), 1), source, filled((int) (4 * to + 1), 2), target));
        boolean oneRange = from == 300_000 && to == 300_000;
        assertEquals(oneRange ? 5 : 4, parts.count(), "of 256 KiB, or of a line each");
        assertEquals(1_200_000, parts.sizeBytes());
      }
    }
  }

  @Test
  void aTrialStaysInsideTheMemory() throws Exception {
    Backing memory = filled(5_000_000, 1);
    byte[] expected = contents(memory);
    CopyParts parts = CopyParts.inside(memory, Integer.MAX_VALUE);
    assertTrue(parts.sizeBytes() > 2_000_000, "half of it, about");
    copyAll(parts, new Random(3));
    int bytes = (int) parts.sizeBytes();
    System.arraycopy(expected, 0, expected, bytes, bytes);
    assertSame(expected, contents(memory), "first half to second half");
    assertEquals(1000, CopyParts.inside(memory, 1000).sizeBytes());
  }
}
