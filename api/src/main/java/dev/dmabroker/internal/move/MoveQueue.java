package dev.dmabroker.internal.move;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Buffers that are used in turn, such as those of a stream. They move one at a time, so that the
 * others stay in use; one that somebody waits for goes ahead of the others, even of one whose turn
 * it is while that only lingers for an idle moment. Thread-safe; its lock is taken under those of
 * buffers.
 *
 * @param <B> a buffer, by its identity
 */
public class MoveQueue<B> {
  private static final MoveQueue<?> ALONE = new Alone<>();

  private @Nullable B moving;

  /** Whether the one that moves can still give its turn away. */
  private boolean yields;

  private final Set<B> waiting = new LinkedHashSet<>();
  private final Set<B> urgent = new LinkedHashSet<>();

  /** The queue of each buffer that moves when it likes. */
  @SuppressWarnings("unchecked") // It keeps none of them.
  public static <B> MoveQueue<B> alone() {
    return (MoveQueue<B>) ALONE;
  }

  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // It has no state.
  private static final class Alone<B> extends MoveQueue<B> {
    @Override
    public boolean isShared() {
      return false;
    }

    @Override
    public boolean begin(B buffer, boolean isUrgent) {
      return true;
    }

    @Override
    public void hurry(B buffer) {}

    @Override
    public @Nullable B linger(B buffer) {
      return null;
    }

    @Override
    public @Nullable B end(B buffer) {
      return null;
    }
  }

  /** Whether buffers take turns in it. */
  public boolean isShared() {
    return true;
  }

  /** Whether the buffer may move now; otherwise {@link #end} of another will tell that it may. */
  public synchronized boolean begin(B buffer, boolean isUrgent) {
    if (moving != null && yields && isUrgent) {
      waiting.add(moving);
      moving = null;
    }
    if (moving == null || moving == buffer) {
      leaveQueue(buffer);
      moving = buffer;
      yields = false;
      return true;
    }
    waiting.add(buffer);
    if (isUrgent) {
      urgent.add(buffer);
    }
    return false;
  }

  /** Somebody waits for the buffer now: it keeps its turn, or is among the first to get one. */
  public synchronized void hurry(B buffer) {
    if (moving == buffer) {
      yields = false;
    } else if (waiting.contains(buffer)) {
      urgent.add(buffer);
    }
  }

  /**
   * Its turn may go to one that somebody waits for, until it begins again.
   *
   * @return to whom it has gone, if it has
   */
  public synchronized @Nullable B linger(B buffer) {
    if (moving != buffer) {
      return null;
    }
    yields = true;
    B next = first(urgent);
    if (next != null) {
      waiting.add(buffer);
      leaveQueue(next);
      moving = next;
      yields = false;
    }
    return next;
  }

  /**
   * The buffer does not move any more, or does not want to.
   *
   * @return whose turn it is now, if it has changed
   */
  public synchronized @Nullable B end(B buffer) {
    leaveQueue(buffer);
    if (moving != buffer) {
      return null;
    }
    yields = false;
    moving = first(urgent.isEmpty() ? waiting : urgent);
    if (moving != null) {
      leaveQueue(moving);
    }
    return moving;
  }

  private void leaveQueue(B buffer) {
    waiting.remove(buffer);
    urgent.remove(buffer);
  }

  private @Nullable B first(Set<B> buffers) {
    return buffers.isEmpty() ? null : buffers.iterator().next();
  }
}
