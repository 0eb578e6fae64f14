package dev.dmabroker.internal.buffer;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.List;

/**
 * Finds requests that would wait for themselves: for the end of a mapping that their own thread or
 * chain holds, or that a thread holds which waits for them. These requests are refused at once, or
 * let in where the buffer lies, if that helps.
 */
final class SelfWait {
  private SelfWait() {}

  /**
   * Refuses a request that needs the end of a mapping which its asker has made. Under the lock.
   *
   * @throws dev.dmabroker.WouldDeadlockException if the request needs that
   */
  static void refuse(Request<?> request) {
    BufferLife life = request.life;
    if (life.place != null
        && request.holdsUpAsker()
        && request.needsDrain()
        && life.place.isHeldBy(request.asker(), request.needsOnlyWritersGone())) {
      throw life.report().errors().selfWait(request.describe(), "the calling thread");
    }
  }

  /**
   * Whether the thread holds up the drain already, so that it would wait for itself. To let it in
   * once more holds up the drain no longer than it is held up anyway. Under the lock.
   */
  static boolean isReentry(MapRequest request) {
    BufferLife life = request.life;
    return life.state() == State.DRAINING
        && request.holdsUpAsker()
        && life.place != null
        && request.attachment().suits(life.place)
        && life.place.isHeldBy(request.asker(), /* writing= */ life.evacuation == null);
  }

  /** The callers that made mappings which have to be closed before the request can be served. */
  static List<Object> blockers(Request<?> request) {
    BufferLife life = request.life;
    synchronized (life.lock) {
      if (request.isDone() || life.place == null) {
        return List.of();
      }
      if (life.state() == State.DRAINING) {
        return life.place.threads(/* writing= */ life.evacuation == null);
      }
      // A reader does not block a move: it may keep its mapping in the place that the move leaves
      // behind.
      boolean writing = request.needsOnlyWritersGone() || life.moving != null;
      return request.needsDrain() ? life.place.threads(writing) : List.of();
    }
  }

  /**
   * The drain is held up for ever anyway. True if the request has no need to wait for the drain, or
   * no need now.
   */
  static boolean letInAnyway(Request<?> request) {
    BufferLife life = request.life;
    return life.lock.locked(
        after ->
            request.isDone()
                || (life.moving != null && life.moving.isDrained())
                || letIn(request, after));
  }

  /** Lets a map in where the buffer lies, although a drain is under way. False if it cannot. */
  private static boolean letIn(Request<?> request, AfterLock after) {
    BufferLife life = request.life;
    // Once the buffer is drained, the copy might miss what a mapper writes that came in now.
    if (!(request instanceof MapRequest map)
        || life.state() != State.DRAINING
        || (life.moving != null && life.moving.isDrained())
        || !map.attachment().suits(life.resident())) {
      return false;
    }
    life.requests.remove(map);
    map.perform(after);
    return true;
  }

  /**
   * A chain waits for the request and holds a mapping. If the request can only be served once that
   * mapping is closed, it ends; otherwise it is let in where the mapping is, if that helps.
   */
  static void refuseWaitFor(Request<?> request, BufferMapping held) {
    BufferLife life = request.life;
    life.lock.change(
        after -> {
          if (request.isDone() || !held.isOpen() || held.place() != life.place) {
            return;
          }
          if (request.needsDrain()) {
            if (held.access().writes() || !request.needsOnlyWritersGone()) {
              life.requests.remove(request);
              request.fail(
                  after, life.report().errors().selfWait(request.describe(), "its own chain"));
            }
          } else if (held.access().writes() || life.evacuation != null) {
            boolean unused = letIn(request, after);
          }
        });
  }
}
