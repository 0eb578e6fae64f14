package dev.dmabroker.internal.copy;

import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy cut into parts that touch different bytes, so that any thread may copy any of them. Both
 * sides are asked for their bytes when it is made; to copy a part calls no heap and leaves no
 * garbage. Immutable once made, and thread-safe.
 */
final class CopyParts {
  /**
   * Of a part, about. Pages of all sizes that kernels use by default divide it, so that parts of
   * one range share none. Smaller parts cost more turns; larger ones leave who has finished waiting
   * for who has not, and hold up a collection of garbage, which waits for an ordinary copy's end.
   */
  static final int PART_BYTES = 256 << 10;

  /** The most that is asked for in one ByteBuffer, whose lengths are ints. */
  private static final int WINDOW_BYTES = 1 << 30;

  private final List<Window> windows = new ArrayList<>();
  private final int windowBytes;
  private int count;
  private long sizeBytes;

  private CopyParts(int windowBytes) {
    this.windowBytes = windowBytes;
  }

  /**
   * What {@link Mover.Copy} says.
   *
   * @throws HeapException if either side cannot be mapped
   */
  static CopyParts of(Mover.Copy copy) throws HeapException {
    return of(copy, WINDOW_BYTES);
  }

  /** With a limit other than the default one on what is asked for in one ByteBuffer. */
  static CopyParts of(Mover.Copy copy, int windowBytes) throws HeapException {
    CopyParts parts = new CopyParts(windowBytes);
    if (copy.source().equals(copy.target())) {
      parts.addRange(copy.from(), 0, copy.to(), 0, sizeBytes(copy));
      return parts;
    }
    for (int i = 0; i < copy.source().planes().size(); i++) {
      parts.addPlane(
          copy.from(), copy.source().planes().get(i), copy.to(), copy.target().planes().get(i));
    }
    return parts;
  }

  /**
   * From the first half of a memory to its second half.
   *
   * @param mostBytes to copy at most
   */
  static CopyParts inside(Backing memory, int mostBytes) throws HeapException {
    CopyParts parts = new CopyParts(WINDOW_BYTES);
    long half = memory.sizeBytes() / 2 / PART_BYTES * PART_BYTES;
    parts.addRange(memory, 0, memory, half, Math.min(half, mostBytes));
    return parts;
  }

  /** Bytes that such a copy has to copy. */
  static long sizeBytes(Mover.Copy copy) {
    if (copy.source().equals(copy.target())) {
      return Math.min(copy.from().sizeBytes(), copy.to().sizeBytes());
    }
    long sum = 0;
    for (int i = 0; i < copy.source().planes().size(); i++) {
      sum += Rows.of(copy.source().planes().get(i), copy.target().planes().get(i)).sizeBytes();
    }
    return sum;
  }

  /** How many parts there are. */
  int count() {
    return count;
  }

  /** Bytes of all parts. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** Copies one of them. */
  void copy(int part) {
    int rest = part;
    for (int i = 0; i < windows.size(); i++) {
      Window window = windows.get(i);
      if (rest < window.parts()) {
        window.copy(rest);
        return;
      }
      rest -= window.parts();
    }
    throw new IndexOutOfBoundsException("part " + part + " of " + count);
  }

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

  private void addRows(
      Backing from, long fromOffset, Backing to, long toOffset, Rows all, int count)
      throws HeapException {
    // Not whole steps: nothing says that there is memory behind the last row's contents.
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
   * A plane's rows of tiles, which in a linear plane are its lines, on both sides. What one of the
   * layouts has only to be aligned holds no contents.
   */
  private record Rows(long fromStep, long toStep, long rowBytes, long count) {
    static Rows of(Layout.Plane source, Layout.Plane target) {
      return new Rows(
          source.strideBytes() * source.tileLines(),
          target.strideBytes() * target.tileLines(),
          Math.min(source.lineBytes(), target.lineBytes()) * source.tileLines(),
          Math.min(source.lines(), target.lines()) / source.tileLines());
    }

    /** Whether there is nothing between them, on either side. */
    boolean areAdjacent() {
      return fromStep == rowBytes && toStep == rowBytes;
    }

    long sizeBytes() {
      return rowBytes * count;
    }
  }

  /** Rows that one ByteBuffer of each side spans; the last may be shorter. */
  private record Window(
      ByteBuffer read,
      ByteBuffer write,
      int readStep,
      int writeStep,
      int rowBytes,
      int lastRowBytes,
      int rows,
      int rowsOfPart) {

    int parts() {
      return (int) (((long) rows + rowsOfPart - 1) / rowsOfPart);
    }

    /** By absolute positions, for the ByteBuffers' own are shared by all threads. */
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
