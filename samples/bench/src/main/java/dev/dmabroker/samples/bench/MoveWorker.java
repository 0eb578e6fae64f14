package dev.dmabroker.samples.bench;

import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapException;

/**
 * Moves of one picture, and copies of as many bytes. Takes width and height as arguments; answers
 * {@code KIND COUNT} with as many times in nanoseconds, and {@code reader} with how long the maps
 * of the last shared moves' reader took.
 */
public final class MoveWorker {
  /** Kinds of request. */
  enum Kind {
    /** A copy into populated pages. */
    COPY,
    /** A copy into pages that were populated just now. */
    COPY_INTO_NEW,
    /** The stall of a move whose contents are read afterwards. */
    KEPT,
    /** The stall, less the drain, of a move whose contents are overwritten afterwards. */
    DEAD,
    /** The stall of a move whose contents are kept and are being read. */
    SHARED,
    /** The maps of the device that reads meanwhile. */
    READER
  }

  private final Shuttle shuttle;
  private final Copies copies;
  private long[] readerWaits = {};

  private MoveWorker(Shuttle shuttle, Copies copies) {
    this.shuttle = shuttle;
    this.copies = copies;
  }

  /** Takes width and height. */
  public static void main(String[] args) throws Exception {
    ImageSpec image =
        ImageSpec.of(Integer.parseInt(args[0]), Integer.parseInt(args[1]), PixelFormat.NV12);
    try (Shuttle shuttle = new Shuttle(image);
        Copies copies = new Copies(Math.toIntExact(image.layout().sizeBytes()))) {
      MoveWorker worker = new MoveWorker(shuttle, copies);
      Worker.serve(words -> Worker.answer(worker.times(words)));
    }
  }

  private long[] times(String[] words) throws HeapException, InterruptedException {
    Kind kind = Kind.valueOf(words[0]);
    if (kind == Kind.READER) {
      return readerWaits;
    }
    long[] times = new long[Integer.parseInt(words[1])];
    if (kind != Kind.SHARED) {
      fill(times, kind);
      return times;
    }
    try (Reader reader = new Reader(shuttle.reader())) {
      fill(times, kind);
      readerWaits = reader.stop();
    }
    return times;
  }

  private void fill(long[] times, Kind kind) throws HeapException, InterruptedException {
    for (int i = 0; i < times.length; i++) {
      times[i] =
          switch (kind) {
            case COPY -> copies.copy();
            case COPY_INTO_NEW -> copies.copyIntoNew();
            case KEPT, SHARED -> move(Access.READ).stall().toNanos();
            case DEAD -> beyondDrain(move(Access.OVERWRITE));
            case READER -> throw new IllegalArgumentException("no times of its own");
          };
    }
  }

  private static long beyondDrain(BufferMove move) {
    return move.stall().minus(move.drain()).toNanos();
  }

  /**
   * A move that did what its kind says: contents that will not be read can be copied all the same.
   */
  private BufferMove move(Access access) throws InterruptedException {
    boolean dead = access == Access.OVERWRITE;
    for (int attempt = 0; attempt < 100; attempt++) {
      BufferMove move = shuttle.move(access);
      if ((move.copiedBytes() == 0) == dead) {
        return move;
      }
    }
    throw new MeasuringException("100 moves " + (dead ? "copied" : "did not copy") + " contents");
  }
}
