package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The requests that wait for a buffer, in the order in which they came. Used under the buffer's
 * lock.
 */
final class Requests {
  /** A set, so that of thousands any one can give up cheaply. */
  private Set<Queued> queue = Set.of();

  void add(Queued request) {
    if (queue.isEmpty()) {
      queue = new LinkedHashSet<>(1); // Mostly it stays alone.
    }
    queue.add(request);
  }

  void remove(Queued request) {
    if (queue.contains(request)) {
      queue.remove(request);
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
    Set<Queued> before = queue;
    queue = Set.of();
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
