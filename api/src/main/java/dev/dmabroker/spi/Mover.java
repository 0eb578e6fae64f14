package dev.dmabroker.spi;

import dev.dmabroker.spec.Layout;

/**
 * Copies a buffer's contents when it moves. Thread-safe. The broker calls it without holding a
 * lock; several copies may run at once. The default one copies with the CPU.
 */
public interface Mover {

  /** For events and errors. */
  String name();

  /**
   * Called before the stall, while the source is in use and may be written; the target is nobody's
   * yet. What takes time but needs no contents, such as mapping both, belongs here.
   *
   * @throws HeapException if the copy cannot be done; the buffer stays where it is
   */
  default void prepare(Copy copy) throws HeapException {}

  /**
   * Copies, with whatever makes caches coherent on both sides. Nobody writes to the source; others
   * may read it.
   *
   * @return bytes copied
   * @throws HeapException if either side refuses; the buffer stays where it is, with its contents
   */
  long copy(Copy copy) throws HeapException;

  /**
   * What to copy. If the layouts are equal everything is, what lies past the layout included, for a
   * driver may have put something there; otherwise the planes, row of tiles by row of tiles. Format
   * and modifier are the same on both sides.
   *
   * @param from the old memory
   * @param source how the contents lie in it
   * @param to the new memory
   * @param target how they shall lie there
   */
  record Copy(Backing from, Layout source, Backing to, Layout target) {}
}
