package dev.dmabroker.internal.check;

import dev.dmabroker.internal.gate.MappedView;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A CPU view of a mapping that is checked. It may outlast the mapping, so it is a use by itself.
 */
final class MappingView extends CheckedView {
  private final @Nullable Set<MappingView> open;

  /**
   * Stands before a view.
   *
   * @param open the views of the mapping that are open; null if the use is none of the sample
   */
  MappingView(MappedView view, CheckedUse use, @Nullable Set<MappingView> open) {
    super(view, use);
    this.open = open;
  }

  /** Where it was begun; null if that is not known. */
  @Nullable Throwable site() {
    return use.site();
  }

  /**
   * Ends the access first, so that a fault of the memory is told, and then looks at the contents.
   */
  @Override
  public void close() {
    if (open != null) {
      open.remove(this);
    }
    try {
      super.close();
      use.end("view closed here");
    } finally {
      if (!view.isOpen()) {
        use.ended();
      }
    }
  }
}
