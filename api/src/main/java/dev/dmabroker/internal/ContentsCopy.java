package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/** Copies a buffer's contents from one backing to another with the CPU. */
final class ContentsCopy {
  private static final System.Logger LOG = System.getLogger(ContentsCopy.class.getName());

  /** The most that is asked for in one ByteBuffer, whose lengths are ints. */
  private static final int CHUNK = 1 << 30;

  private ContentsCopy() {}

  /**
   * Copies between CPU access on both sides, whose ends are reached whatever happens.
   *
   * @return bytes copied
   * @throws HeapException if either side refuses; the old contents are intact
   */
  static long copy(Placement from, Placement to) throws HeapException {
    try (Bracket reading = new Bracket(from.backing(), Access.READ);
        Bracket writing = new Bracket(to.backing(), Access.OVERWRITE)) {
      return from.layout().equals(to.layout())
          ? copyAll(from.backing(), to.backing())
          : copyPlanes(from, to);
    }
  }

  /**
   * Has both sides mapped for the CPU before the stall: heaps do that when they are first asked for
   * bytes. A refusal is left to {@link #copy}, which may not be needed.
   */
  static void prepare(Placement from, Placement to) {
    if (from.isWritten()) {
      try {
        from.backing().bytes(0, 1);
        to.backing().bytes(0, 1);
      } catch (HeapException e) {
        LOG.log(Level.DEBUG, "mapping ahead of a copy failed", e);
      }
    }
  }

  private static final class Bracket implements AutoCloseable {
    private final Backing backing;
    private final Access access;

    Bracket(Backing backing, Access access) throws HeapException {
      this.backing = backing;
      this.access = access;
      backing.beginCpuAccess(access);
    }

    @Override
    public void close() throws HeapException {
      backing.endCpuAccess(access);
    }
  }

  /** Everything, what lies past the layout included: a driver may have put something there. */
  private static long copyAll(Backing from, Backing to) throws HeapException {
    long sizeBytes = Math.min(from.sizeBytes(), to.sizeBytes());
    copyRange(from, 0, to, 0, sizeBytes);
    return sizeBytes;
  }

  private static void copyRange(
      Backing from, long fromOffset, Backing to, long toOffset, long sizeBytes)
      throws HeapException {
    for (long done = 0; done < sizeBytes; done += CHUNK) {
      int length = (int) Math.min(CHUNK, sizeBytes - done);
      to.bytes(toOffset + done, length).put(from.bytes(fromOffset + done, length));
    }
  }

  /** Plane by plane, where the strides differ; format and modifier are the same. */
  private static long copyPlanes(Placement from, Placement to) throws HeapException {
    long copied = 0;
    for (int i = 0; i < from.layout().planes().size(); i++) {
      copied +=
          copyPlane(
              from.backing(),
              from.layout().planes().get(i),
              to.backing(),
              to.layout().planes().get(i));
    }
    return copied;
  }

  /** A row of tiles at a time, which in a linear plane is a line. */
  private static long copyPlane(Backing from, Layout.Plane source, Backing to, Layout.Plane target)
      throws HeapException {
    long fromStep = source.strideBytes() * source.tileLines();
    long toStep = target.strideBytes() * target.tileLines();
    // What one of the layouts has only to be aligned holds no contents.
    long rowBytes = Math.min(source.lineBytes(), target.lineBytes()) * source.tileLines();
    long rows = Math.min(source.lines(), target.lines()) / source.tileLines();
    long rowsAtOnce = Math.min(CHUNK / Math.max(fromStep, toStep), rows);
    for (long row = 0; row < rows; ) {
      long fromOffset = source.offsetBytes() + row * fromStep;
      long toOffset = target.offsetBytes() + row * toStep;
      if (rowsAtOnce == 0) {
        copyRange(from, fromOffset, to, toOffset, rowBytes);
        row++;
        continue;
      }
      int count = (int) Math.min(rowsAtOnce, rows - row);
      ByteBuffer read = from.bytes(fromOffset, (int) (count * fromStep));
      ByteBuffer write = to.bytes(toOffset, (int) (count * toStep));
      for (int i = 0; i < count; i++) {
        write.put((int) (i * toStep), read, (int) (i * fromStep), (int) rowBytes);
      }
      row += count;
    }
    return rowBytes * rows;
  }
}
