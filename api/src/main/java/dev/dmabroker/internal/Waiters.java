package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Predicate;

/** Who waits for a buffer, in the order in which they came. Used under the buffer's lock. */
final class Waiters {
  private ArrayDeque<Request> queue = new ArrayDeque<>(0);

  void add(Request request) {
    queue.add(request);
  }

  void remove(Request request) {
    queue.remove(request);
  }

  int size() {
    return queue.size();
  }

  /** The first who still waits. */
  Optional<Request> first() {
    queue.removeIf(Request::isDone);
    return Optional.ofNullable(queue.peek());
  }

  /** Offers each its turn; who is not served goes on waiting. */
  void serve(Predicate<Request> serve) {
    ArrayDeque<Request> before = queue;
    queue = new ArrayDeque<>(0);
    for (Request request : before) {
      if (!request.isDone() && !serve.test(request)) {
        queue.add(request);
      }
    }
  }

  void fail(Effects effects, Predicate<Request> which, BrokerException failure) {
    serve(
        request -> {
          boolean fails = which.test(request);
          if (fails) {
            request.fail(effects, failure);
          }
          return fails;
        });
  }
}
