package dev.dmabroker.internal.copy;

import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a copy of a buffer's contents, cut into parts that touch different bytes, so that any
 * thread may copy any part. Both sides are asked for their bytes when this object is made; to copy
 * a part calls no heap. It is immutable once made, and thread-safe.
 */
final class CopyParts {
  /**
   * The approximate size of a part. Pages of all sizes that kernels use by default divide it, so
   * that parts of one range share no page. Smaller parts cost more turns. Larger parts make threads
   * that have finished wait for threads that have not, and hold up a collection of garbage, which
   * waits for an ordinary copy's end.
   */
  static final int PART_BYTES = 256 << 10;

  /** The most bytes that are asked for in one ByteBuffer; lengths of ByteBuffers are ints. */
  private static final int WINDOW_BYTES = 1 << 30;

  private final List<Window> windows = new ArrayList<>();
  private final int windowBytes;
  private int count;
  private long sizeBytes;

  private CopyParts(int windowBytes) {
    this.windowBytes = windowBytes;
  }

  /**
   * Cuts the copy into parts.
   *
   * @throws HeapException if either side cannot be mapped, or is smaller than its layout
   */
  static CopyParts of(Mover.Copy copy) throws HeapException {
    return of(copy, WINDOW_BYTES);
  }

  /** Cuts the copy into parts, and asks for at most {@code windowBytes} in one ByteBuffer. */
  static CopyParts of(Mover.Copy copy, int windowBytes) throws HeapException {
    checkHolds(copy.from(), copy.source());
    checkHolds(copy.to(), copy.target());
    CopyParts parts = new CopyParts(windowBytes);
    if (copy.isWhole()) {
      parts.addRange(copy.from(), 0, copy.to(), 0, sizeBytes(copy));
      return parts;
    }
    for (int i = 0; i < copy.source().planes().size(); i++) {
      parts.addPlane(
          copy.from(), copy.source().planes().get(i), copy.to(), copy.target().planes().get(i));
    }
    return parts;
  }

  /** Checks that contents are not cut off at the end of the memory. */
  private static void checkHolds(Backing memory, Layout layout) throws HeapException {
    if (memory.sizeBytes() < layout.sizeBytes()) {
      throw new HeapException(
          HeapException.Kind.FAILED,
          "memory of " + memory.sizeBytes() + " bytes does not hold " + layout);
    }
  }

  /**
   * Cuts a copy from the first half of a memory to its second half.
   *
   * @param mostBytes the most bytes to copy
   */
  static CopyParts inside(Backing memory, int mostBytes) throws HeapException {
    CopyParts parts = new CopyParts(WINDOW_BYTES);
    long half = memory.sizeBytes() / 2 / PART_BYTES * PART_BYTES;
    parts.addRange(memory, 0, memory, half, Math.min(half, mostBytes));
    return parts;
  }

  /** Returns the bytes that the copy has to copy, without mapping either side. */
  static long sizeBytes(Mover.Copy copy) {
    if (copy.isWhole()) {
      return Math.min(copy.from().sizeBytes(), copy.to().sizeBytes());
    }
    long sum = 0;
    for (int i = 0; i < copy.source().planes().size(); i++) {
      sum += Rows.of(copy.source().planes().get(i), copy.target().planes().get(i)).sizeBytes();
    }
    return sum;
  }

  /** Returns how many parts there are. */
  int count() {
    return count;
  }

  /** Returns the bytes of all parts. */
  long sizeBytes() {
    return sizeBytes;
  }

  /**
   * Copies one part, as a whole.
   *
   * @throws InternalError if memory of either side is gone
   */
  void copy(int part) {
    int rest = part;
    for (int i = 0; i < windows.size(); i++) {
      Window window = windows.get(i);
      if (rest < window.parts()) {
        window.copy(rest);
        MemoryFaults.surface();
        return;
      }
      rest -= window.parts();
    }
    throw new IndexOutOfBoundsException("part " + part + " of " + count);
  }

  /** Adds parts of a range that has no gaps, in windows that a ByteBuffer can span. */
  private void addRange(Backing from, long fromOffset, Backing to, long toOffset, long bytes)
      throws HeapException {
    for (long done = 0; done < bytes; done += windowBytes) {
      int length = (int) Math.min(windowBytes, bytes - done);
      int rows = (length + PART_BYTES - 1) / PART_BYTES;
      add(
          new Window(
              from.bytes(fromOffset + done, length),
              to.bytes(toOffset + done, length),
              PART_BYTES,
              PART_BYTES,
              PART_BYTES,
              length - (rows - 1) * PART_BYTES,
              rows,
              /* rowsOfPart= */ 1));
    }
  }

  /** Adds the parts of one plane: one range if its rows leave no gaps, otherwise row by row. */
  private void addPlane(Backing from, Layout.Plane source, Backing to, Layout.Plane target)
      throws HeapException {
    Rows all = Rows.of(source, target);
    if (all.areAdjacent()) {
      addRange(from, source.offsetBytes(), to, target.offsetBytes(), all.sizeBytes());
      return;
    }
    long most = windowBytes / Math.max(all.fromStep(), all.toStep());
    for (long row = 0; row < all.count(); row += Math.max(1, most)) {
      long fromOffset = source.offsetBytes() + row * all.fromStep();
      long toOffset = target.offsetBytes() + row * all.toStep();
      if (most == 0) {
        addRange(from, fromOffset, to, toOffset, all.rowBytes());
      } else {
        addRows(from, fromOffset, to, toOffset, all, (int) Math.min(most, all.count() - row));
      }
    }
  }

  /** Adds rows with gaps between them, which one window spans. */
  private void addRows(
      Backing from, long fromOffset, Backing to, long toOffset, Rows all, int count)
      throws HeapException {
    // The last row does not count as a whole step: there may be no memory behind its contents.
    int readBytes = (int) ((count - 1) * all.fromStep() + all.rowBytes());
    int writtenBytes = (int) ((count - 1) * all.toStep() + all.rowBytes());
    add(
        new Window(
            from.bytes(fromOffset, readBytes),
            to.bytes(toOffset, writtenBytes),
            (int) all.fromStep(),
            (int) all.toStep(),
            (int) all.rowBytes(),
            (int) all.rowBytes(),
            count,
            (int) Math.max(1, PART_BYTES / all.toStep())));
  }

  private void add(Window window) {
    windows.add(window);
    count = Math.addExact(count, window.parts());
    sizeBytes += (window.rows() - 1L) * window.rowBytes() + window.lastRowBytes();
  }

  /**
   * Describes the rows of tiles of a plane on both sides; in a linear plane these are its lines.
   * Both sides have equal tiles and whole rows of them, which {@link Layout} and {@link Mover.Copy}
   * see to. Bytes that one of the layouts has only for alignment hold no contents.
   */
  private record Rows(long fromStep, long toStep, long rowBytes, long count) {
    static Rows of(Layout.Plane source, Layout.Plane target) {
      return new Rows(
          source.strideBytes() * source.tileLines(),
          target.strideBytes() * target.tileLines(),
          Math.min(source.lineBytes(), target.lineBytes()) * source.tileLines(),
          Math.min(source.lines(), target.lines()) / source.tileLines());
    }

    /** Tells whether there is nothing between the rows, on either side. */
    boolean areAdjacent() {
      return fromStep == rowBytes && toStep == rowBytes;
    }

    long sizeBytes() {
      return rowBytes * count;
    }
  }

  /** Describes the rows that one ByteBuffer of each side spans; the last row may be shorter. */
  private record Window(
      ByteBuffer read,
      ByteBuffer write,
      int readStep,
      int writeStep,
      int rowBytes,
      int lastRowBytes,
      int rows,
      int rowsOfPart) {

    /** Returns how many parts the window has; the last part may have fewer rows. */
    int parts() {
      return (int) (((long) rows + rowsOfPart - 1) / rowsOfPart);
    }

    /** Copies by absolute positions, for all threads share the ByteBuffers' own positions. */
    void copy(int part) {
      int first = part * rowsOfPart;
      int end = (int) Math.min((long) first + rowsOfPart, rows);
      for (int row = first; row < end; row++) {
        int length = row == rows - 1 ? lastRowBytes : rowBytes;
        write.put(row * writeStep, read, row * readStep, length);
      }
    }
  }
}
