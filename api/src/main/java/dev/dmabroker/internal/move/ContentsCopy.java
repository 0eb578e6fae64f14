package dev.dmabroker.internal.move;

import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;

/**
 * The contents that a move takes along: whether they can be copied to a place, and the copy itself.
 *
 * @param from where the contents are
 * @param mover copies
 */
record ContentsCopy(Place from, Mover mover) {

  /** Contents are copied, not converted: and they may have come since the target was sought. */
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

  /** Lets the mover get ready while the pipeline runs, if there is something to copy. */
  void prepare(Place target) throws HeapException {
    if (from.isWritten() && fits(target)) {
      mover.prepare(job(target));
    }
  }

  /** Copies: how many bytes. Blocks for as long as that takes. */
  long copy(Place target) throws HeapException {
    return mover.copy(job(target));
  }

  private Mover.Copy job(Place target) {
    return new Mover.Copy(from.backing(), from.layout(), target.backing(), target.layout());
  }
}
