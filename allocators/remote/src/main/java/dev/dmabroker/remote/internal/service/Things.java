package dev.dmabroker.remote.internal.service;

import dev.dmabroker.internal.runtime.Exceptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a client has of one kind, by identity. An identity is never given again. Thread-safe.
 */
final class Things<T> {
  private final String kind;
  private final int most;
  private final Map<Long, T> things = new LinkedHashMap<>();
  private long last;
  private boolean closed;

  /**
   * Makes an empty table.
   *
   * @param kind what these are, for errors
   * @param most how many of them the client may have
   */
  Things(String kind, int most) {
    this.kind = kind;
    this.most = most;
  }

  /**
   * Refuses one more if the client has as many as it may have.
   *
   * @throws IllegalStateException with the limit
   */
  synchronized void requireRoom(int more) {
    if (closed) {
      throw Exceptions.closed("the connection has ended");
    }
    if (more > most - things.size()) {
      throw new IllegalStateException(
          "this client has "
              + things.size()
              + " of at most "
              + most
              + " "
              + kind
              + "s; close some, or ask for a higher limit in the service's configuration");
    }
  }

  /** Keeps a thing and returns its identity; 0 if the client is gone, so it has to be closed. */
  synchronized long add(T thing) {
    if (closed) {
      return 0;
    }
    things.put(++last, thing);
    return last;
  }

  /**
   * The thing of an identity.
   *
   * @throws dev.dmabroker.ClosedException if the client has none of it, or not any more
   */
  synchronized T get(long identity) {
    T thing = things.get(identity);
    if (thing == null) {
      throw gone(identity);
    }
    return thing;
  }

  /** The thing of an identity; null if it is not there. */
  synchronized @Nullable T find(long identity) {
    return things.get(identity);
  }

  /** Takes a thing out; null if it is not there. */
  synchronized @Nullable T remove(long identity) {
    return things.remove(identity);
  }

  /** Takes out all that pass the test. */
  synchronized List<T> removeAll(Predicate<T> test) {
    List<T> removed = new ArrayList<>();
    things
        .values()
        .removeIf(
            each -> {
              boolean passes = test.test(each);
              if (passes) {
                removed.add(each);
              }
              return passes;
            });
    return removed;
  }

  /** Whether any passes the test. */
  synchronized boolean any(Predicate<T> test) {
    return things.values().stream().anyMatch(test);
  }

  private RuntimeException gone(long identity) {
    return Exceptions.closed(
        "this connection has no "
            + kind
            + " "
            + identity
            + (identity < 1 || identity > last ? "" : " any more"));
  }

  /** Takes all out, the youngest first, and keeps none from now on. */
  synchronized List<T> close() {
    closed = true;
    List<T> all = new ArrayList<>(things.values());
    Collections.reverse(all);
    things.clear();
    return all;
  }

  /** How many there are. */
  synchronized int size() {
    return things.size();
  }
}
