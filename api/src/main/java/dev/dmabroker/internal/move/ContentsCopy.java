package dev.dmabroker.internal.move;

import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;

/**
 * The contents of a buffer that a move takes along, or that a shadow copies: whether they can be
 * copied to a place, and the copy itself. When a copy has ended without an exception, all of it is
 * there: whatever the mover throws, and a fault of memory that the JVM has not told yet, comes out
 * here and before anything is published.
 *
 * @param from the place where the contents are
 * @param mover the mover that copies them
 */
public record ContentsCopy(Place from, Mover mover) {
  private static final int WINDOW_BYTES = 1 << 30;

  /**
   * Whether the contents can be copied there. A mover copies contents and does not convert them,
   * and contents may have been written since the target was sought.
   */
  boolean fits(Place target) {
    if (!from.isWritten() || from.layout().image().isEmpty()) {
      return true;
    }
    Layout.Image image = from.layout().image().get();
    Layout.Image there = target.layout().image().orElse(null);
    return there != null
        && there.format() == image.format()
        && there.modifier().equals(image.modifier())
        && (!image.modifier().isOpaque() || from.layout().planes().equals(target.layout().planes()))
        && (image.colorSpace().isEmpty() || image.colorSpace().equals(there.colorSpace()));
  }

  /** Whether the mover has to copy them there. */
  boolean areCopiedTo(Place target) {
    return from.isWritten() && fits(target);
  }

  /** Lets the mover get ready while the pipeline runs, if there is something to copy. */
  void prepare(Place target) throws HeapException {
    if (areCopiedTo(target)) {
      complete(
          target,
          job -> {
            mover.prepare(job);
            return 0L;
          });
    }
  }

  /**
   * Copies the contents, and returns the number of bytes. Blocks for as long as the copy takes.
   *
   * @throws HeapException also if memory of either side was gone during the copy
   */
  public long copy(Place target) throws HeapException {
    return complete(target, mover::copy);
  }

  /** Something that a mover does about a copy. */
  private interface Task {
    long run(Mover.Copy job) throws HeapException;
  }

  /** Has the mover do it, and makes sure that all memory was there while this thread used it. */
  private long complete(Place target, Task task) throws HeapException {
    try {
      return Foreign.ask(
          () -> {
            long bytes = task.run(job(target));
            MemoryFaults.surface();
            return bytes;
          });
    } catch (HeapException e) {
      throw e.getCause() instanceof InternalError ? explained(e, target) : e;
    }
  }

  /** Says in which memory a part is gone; otherwise the refusal is of another kind. */
  private HeapException explained(HeapException refusal, Place target) {
    Place gone = isGone(from) ? from : isGone(target) ? target : null;
    return gone == null
        ? refusal
        : new HeapException(
            HeapException.Kind.FAILED,
            "memory fault: a part of the "
                + (gone == from ? "old" : "new")
                + " memory, in "
                + gone.heap().name()
                + ", is gone, as when the file behind it was truncated; give the file its length"
                + " and contents back, and let no other process change its size (F_SEAL_SHRINK)",
            refusal.getCause());
  }

  private static boolean isGone(Place place) {
    try {
      long size = place.sizeBytes();
      for (long at = 0; at < size; at += WINDOW_BYTES) {
        int length = (int) Math.min(WINDOW_BYTES, size - at);
        if (MemoryFaults.areIn(place.memory().bytes(at, length))) {
          return true;
        }
      }
      return false;
    } catch (HeapException e) {
      return false; // It is not known.
    }
  }

  private Mover.Copy job(Place target) {
    return new Mover.Copy(from.backing(), from.layout(), target.backing(), target.layout());
  }
}
