package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/** Copies a buffer's contents from one backing to another with the CPU. */
final class CpuMover implements Mover {
  private static final System.Logger LOG = System.getLogger(CpuMover.class.getName());

  /** The most that is asked for in one ByteBuffer, whose lengths are ints. */
  private static final int CHUNK = 1 << 30;

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public long copy(Copy copy) throws HeapException {
    try (Bracket reading = new Bracket(copy.from(), Access.READ);
        Bracket writing = new Bracket(copy.to(), Access.OVERWRITE)) {
      return copy.source().equals(copy.target())
          ? copyAll(copy.from(), copy.to())
          : copyPlanes(copy);
    }
  }

  @Override
  public void prepare(Copy copy) {
    try {
      copy.from().bytes(0, 1);
      copy.to().bytes(0, 1);
    } catch (HeapException e) {
      LOG.log(Level.DEBUG, "mapping ahead of a copy failed", e);
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
  private static long copyPlanes(Copy copy) throws HeapException {
    long copied = 0;
    for (int i = 0; i < copy.source().planes().size(); i++) {
      copied +=
          copyPlane(
              copy.from(), copy.source().planes().get(i), copy.to(), copy.target().planes().get(i));
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
