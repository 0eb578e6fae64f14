package dev.dmabroker.internal.move;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of buffers that are used in turn, for example the buffers of a stream. They move one at a
 * time, so that the others stay in use. A buffer with a waiter is urgent: it goes ahead of the
 * others, and even ahead of the buffer that has its turn, as long as that buffer only lingers for
 * an idle moment. Thread-safe; its lock is taken under the locks of buffers.
 *
 * @param <B> a buffer, by its identity
 */
public class MoveQueue<B> {
  private static final MoveQueue<?> ALONE = new Alone<>();

  /** The buffer that has its turn; null if no buffer moves. */
  private @Nullable B moving;

  /** Whether the buffer that has its turn can still give it away. */
  private boolean yields;

  /** The buffers that want to move, in the order in which they asked. */
  private final Set<B> waiting = new LinkedHashSet<>();

  /** Those of the waiting buffers that have a waiter. */
  private final Set<B> urgent = new LinkedHashSet<>();

  /** The queue of every buffer that moves alone, at any time. */
  @SuppressWarnings("unchecked") // It keeps none of them.
  public static <B> MoveQueue<B> alone() {
    return (MoveQueue<B>) ALONE;
  }

  /** The queue that always lets a buffer move: no set, no turns. */
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

  /** Whether buffers take turns in this queue. */
  public boolean isShared() {
    return true;
  }

  /**
   * Whether the buffer may move now; otherwise {@link #end} or {@link #linger} of another buffer
   * will return it when it may.
   */
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

  /**
   * A waiter waits for the buffer now: the buffer keeps its turn, or is among the first to get one.
   */
  public synchronized void hurry(B buffer) {
    if (moving == buffer) {
      yields = false;
    } else if (waiting.contains(buffer)) {
      urgent.add(buffer);
    }
  }

  /**
   * The buffer lingers: its turn may go to an urgent buffer, until it begins again.
   *
   * @return the buffer that has the turn now, or null if the turn has not gone to another
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
   * @return the buffer that has the turn now, or null if the turn has not gone to another
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
