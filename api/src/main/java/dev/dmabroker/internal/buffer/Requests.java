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
  /** The queue is a set, so that any one of thousands of requests can give up cheaply. */
  private Set<Request<?>> queue = Set.of();

  /** Adds a request behind those that came before it. */
  void add(Request<?> request) {
    if (queue.isEmpty()) {
      queue = new LinkedHashSet<>(1); // Mostly it stays alone.
    }
    queue.add(request);
  }

  /** Removes a request if it waits; the empty set is shared, and immutable. */
  void remove(Request<?> request) {
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

  /** The first request that still waits. */
  Optional<Request<?>> first() {
    for (Request<?> request : queue) {
      if (!request.isDone()) {
        return Optional.of(request);
      }
    }
    return Optional.empty();
  }

  /** Offers each request its turn; a request that is not served goes on waiting. */
  void serve(Predicate<Request<?>> serve) {
    Set<Request<?>> before = queue;
    queue = Set.of();
    for (Request<?> request : before) {
      if (!request.isDone() && !serve.test(request)) {
        add(request);
      }
    }
  }

  /** Fails the requests that the predicate names. */
  void fail(AfterLock after, Predicate<Request<?>> which, BrokerException failure) {
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
