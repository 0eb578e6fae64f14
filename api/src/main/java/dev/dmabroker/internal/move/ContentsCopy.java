package dev.dmabroker.internal.move;

import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;

/**
 * The contents of a buffer that a move takes along: whether they can be copied to a place, and the
 * copy itself.
 *
 * @param from the place where the contents are
 * @param mover the mover that copies them
 */
record ContentsCopy(Place from, Mover mover) {

  /**
   * Whether the contents can be copied there. A mover copies contents and does not convert them,
   * and contents may have been written since the target was sought.
   */
  boolean fits(Place target) {
    if (!from.isWritten() || from.layout().image().isEmpty()) {
      return true;
    }
    var image = from.layout().image().get();
    return target
        .layout()
        .image()
        .filter(it -> it.format() == image.format() && it.modifier() == image.modifier())
        .isPresent();
  }

  /** Whether the mover has to copy them there. */
  boolean areCopiedTo(Place target) {
    return from.isWritten() && fits(target);
  }

  /** Lets the mover get ready while the pipeline runs, if there is something to copy. */
  void prepare(Place target) throws HeapException {
    if (areCopiedTo(target)) {
      Foreign.order(() -> mover.prepare(job(target)));
    }
  }

  /** Copies the contents, and returns the number of bytes. Blocks for as long as the copy takes. */
  long copy(Place target) throws HeapException {
    return Foreign.ask(() -> mover.copy(job(target)));
  }

  private Mover.Copy job(Place target) {
    return new Mover.Copy(from.backing(), from.layout(), target.backing(), target.layout());
  }
}
