package dev.dmabroker.internal;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Buffers that are used in turn, such as those of a stream. They move one at a time, so that the
 * others stay in use; one that somebody waits for goes ahead of the others. Thread-safe; its lock
 * is taken under those of buffers.
 */
final class Convoy {
  private @Nullable BufferLife moving;
  private final Set<BufferLife> waiting = new LinkedHashSet<>();
  private @Nullable BufferLife urgent;

  /** Whether the buffer may move now; otherwise {@link #end} of another will tell that it may. */
  synchronized boolean begin(BufferLife buffer, boolean isUrgent) {
    if (moving == null || moving == buffer) {
      moving = buffer;
      return true;
    }
    waiting.add(buffer);
    if (isUrgent && urgent == null) {
      urgent = buffer;
    }
    return false;
  }

  /**
   * The buffer does not move any more, or does not want to.
   *
   * @return whose turn it is now, if it has changed
   */
  synchronized @Nullable BufferLife end(BufferLife buffer) {
    leaveQueue(buffer);
    if (moving != buffer) {
      return null;
    }
    moving = urgent != null ? urgent : waiting.stream().findFirst().orElse(null);
    if (moving != null) {
      leaveQueue(moving);
    }
    return moving;
  }

  private void leaveQueue(BufferLife buffer) {
    waiting.remove(buffer);
    if (urgent == buffer) {
      urgent = null;
    }
  }
}
