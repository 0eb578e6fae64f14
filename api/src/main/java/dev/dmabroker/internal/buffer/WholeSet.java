package dev.dmabroker.internal.buffer;

import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.runtime.Guarded;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Makes the buffers of a set: all of them, or none. */
final class WholeSet {
  private WholeSet() {}

  /**
   * Makes buffers one after the other. Whatever is thrown in between, those that were made are
   * closed before it is passed on: the application has no handle by which it could close them.
   *
   * @param make makes the buffer with a number; the first is 1
   */
  static List<SharedBuffer> make(int count, IntFunction<? extends SharedBuffer> make) {
    // There is room for all, so that each buffer is in the list as soon as it is made.
    List<SharedBuffer> made = new ArrayList<>(count);
    try {
      for (int number = 1; number <= count; number++) {
        made.add(make.apply(number));
      }
      return List.copyOf(made);
    } catch (Throwable t) {
      for (SharedBuffer buffer : made) {
        Guarded.run("closing a buffer of a set that was not made", buffer::close);
      }
      throw t;
    }
  }
}
