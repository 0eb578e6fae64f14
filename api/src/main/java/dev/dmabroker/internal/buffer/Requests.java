package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The requests that wait for a buffer, in the order in which they came. Used under the buffer's
 * lock.
 */
final class Requests {
  private List<Queued> queue = List.of();

  /** Whether the change under way has made the list, so that it may write it. */
  private boolean own;

  /** Has a change that throws put back which requests wait. */
  void keep(AfterLock after) {
    List<Queued> before = queue;
    after.undo(() -> queue = before);
    own = false;
  }

  void add(Queued request) {
    copy(queue);
    queue.add(request);
  }

  void remove(Queued request) {
    if (queue.contains(request)) {
      copy(queue);
      queue.remove(request);
    }
  }

  /** Makes the list one that the change may write. */
  private void copy(List<Queued> waiting) {
    if (!own) {
      List<Queued> copied = new ArrayList<>(waiting.size() + 1); // Mostly one stays alone.
      copied.addAll(waiting);
      queue = copied;
      own = true;
    }
  }

  int size() {
    return queue.size();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** The first that still waits. */
  Optional<Queued> first() {
    for (Queued request : queue) {
      if (!request.isDone()) {
        return Optional.of(request);
      }
    }
    return Optional.empty();
  }

  /** Offers each its turn; a request that is not served goes on waiting. */
  void serve(Predicate<Queued> serve) {
    List<Queued> before = queue;
    queue = List.of();
    own = false;
    for (Queued request : before) {
      if (!request.isDone() && !serve.test(request)) {
        add(request);
      }
    }
  }

  /** Fails those that the predicate names. */
  void fail(AfterLock after, Predicate<Queued> which, BrokerException failure) {
    serve(
        request -> {
          boolean fails = which.test(request);
          if (fails) {
            request.fail(after, failure);
          }
          return fails;
        });
  }
}
