package dev.dmabroker.spi;

import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import java.util.List;

/**
 * Copies a buffer's contents when the buffer moves. Thread-safe. The broker calls it without
 * holding a lock; several copies may run at once. The default mover copies with the CPU.
 */
public interface Mover {

  /** {@return the name of the mover in events and errors} */
  String name();

  /**
   * Prepares a copy. The broker calls it before maps have to wait, while the source is in use and
   * may be written; the target is not in use yet. Work that takes time but needs no contents
   * belongs here, for example mapping both sides. May block.
   *
   * @param copy what to copy
   * @throws HeapException if the copy cannot be done; the buffer stays where it is
   */
  default void prepare(Copy copy) throws HeapException {}

  /**
   * Copies the contents, and makes caches coherent on both sides. During the copy no device writes
   * to the source; devices may read it. Blocks until the copy is complete.
   *
   * <p>Memory of either side may go away during the copy, for example when the file behind it is
   * truncated. The broker makes sure that no such fault of the calling thread is missed, and does
   * not publish the copy then. A mover that copies with threads of its own has to make sure that an
   * {@link InternalError} which is due there has come out when this method returns.
   *
   * @param copy what to copy
   * @return the bytes that were copied
   * @throws HeapException if either side refuses; the buffer stays where it is, with its contents
   */
  long copy(Copy copy) throws HeapException;

  /**
   * The contents to copy. If the layouts are equal, everything is copied, also what lies past the
   * layout, because a driver may have put something there. With an {@linkplain Modifier#isOpaque
   * opaque} modifier everything is copied, too, and planes and sizes are equal. Otherwise the
   * planes are copied, row of tiles by row of tiles, as far as both sides have contents: what one
   * coded size has more than the other is alignment. Format and modifier are equal on both sides,
   * and so are the lines of what is no picture.
   *
   * @param from the old memory
   * @param source how the contents lie in it
   * @param to the new memory
   * @param target how they shall lie there
   */
  record Copy(Backing from, Layout source, Backing to, Layout target) {

    /**
     * Checks that what lies like the source can lie like the target.
     *
     * @param source how the contents lie in it
     * @param target how they shall lie there
     * @param from the old memory
     * @param to the new memory
     * @throws IllegalArgumentException if format or modifier differ, or if contents that are no
     *     picture have other lines
     */
    public Copy {
      if (!isAlike(source, target)) {
        throw new IllegalArgumentException(
            "cannot copy what lies like "
                + source
                + " to where it would lie like "
                + target
                + ": a mover does not convert contents; format and modifier have to be equal, or"
                + " the lines of what is no picture");
      }
    }

    /**
     * {@return whether everything is to be copied, also what lies past the layout} Otherwise the
     * planes are.
     */
    public boolean isWhole() {
      return source.equals(target)
          || source.image().map(image -> image.modifier().isOpaque()).orElse(false);
    }

    private static boolean isAlike(Layout source, Layout target) {
      if (source.image().isPresent() && target.image().isPresent()) {
        Layout.Image one = source.image().get();
        Layout.Image other = target.image().get();
        return one.format() == other.format()
            && one.modifier().equals(other.modifier())
            && (!one.modifier().isOpaque() || source.planes().equals(target.planes()));
      }
      return source.image().isEmpty()
          && target.image().isEmpty()
          && lines(source).equals(lines(target));
    }

    /** Returns what the planes contain, whatever lies between. */
    private static List<Layout.Plane> lines(Layout layout) {
      return layout.planes().stream()
          .map(
              plane ->
                  new Layout.Plane(
                      0, plane.lineBytes(), plane.lineBytes(), plane.lines(), plane.tileLines()))
          .toList();
    }
  }
}
