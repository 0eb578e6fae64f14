package dev.dmabroker.spi;

import dev.dmabroker.spec.Layout;

/**
 * Copies a buffer's contents when the buffer moves. Thread-safe. The broker calls it without
 * holding a lock; several copies may run at once. The default mover copies with the CPU.
 */
public interface Mover {

  /** The name of the mover in events and errors. */
  String name();

  /**
   * Prepares a copy. The broker calls it before maps have to wait, while the source is in use and
   * may be written; the target is not in use yet. Work that takes time but needs no contents
   * belongs here, for example mapping both sides. May block.
   *
   * @throws HeapException if the copy cannot be done; the buffer stays where it is
   */
  default void prepare(Copy copy) throws HeapException {}

  /**
   * Copies the contents, and makes caches coherent on both sides. During the copy no device writes
   * to the source; devices may read it. Blocks until the copy is complete.
   *
   * @return the bytes that were copied
   * @throws HeapException if either side refuses; the buffer stays where it is, with its contents
   */
  long copy(Copy copy) throws HeapException;

  /**
   * The contents to copy. If the layouts are equal, everything is copied, also what lies past the
   * layout, because a driver may have put something there. Otherwise the planes are copied, row of
   * tiles by row of tiles. Format and modifier are equal on both sides.
   *
   * @param from the old memory
   * @param source how the contents lie in it
   * @param to the new memory
   * @param target how they shall lie there
   */
  record Copy(Backing from, Layout source, Backing to, Layout target) {}
}
