package dev.dmabroker.remote.internal.service;

import dev.dmabroker.internal.runtime.Exceptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The streams that clients have published, by name. Thread-safe. */
final class Publications {
  private record Published(Session owner, HeldStream stream) {}

  // Guarded by this object.
  private final Map<String, Published> published = new HashMap<>();
  private final Map<String, List<CompletableFuture<HeldStream>>> waiting = new HashMap<>();

  /**
   * Publishes a stream.
   *
   * @throws dev.dmabroker.DuplicateNameException if a stream has the name
   */
  void publish(Session owner, String name, HeldStream stream) {
    List<CompletableFuture<HeldStream>> woken;
    synchronized (this) {
      Published other = published.putIfAbsent(name, new Published(owner, stream));
      if (other != null) {
        throw Exceptions.duplicateName(
            "client "
                + other.owner.name()
                + " has published a stream as '"
                + name
                + "'; publish under another name, or have that client withdraw it");
      }
      woken = waiting.getOrDefault(name, List.of());
      waiting.remove(name);
    }
    woken.forEach(each -> each.complete(stream));
  }

  /**
   * The client's stream is not published under this name any more.
   *
   * @throws dev.dmabroker.ClosedException if it was not
   */
  synchronized void withdraw(Session owner, String name) {
    Published it = published.get(name);
    if (it == null || it.owner != owner) {
      throw Exceptions.closed("this client has published no stream as '" + name + "'");
    }
    published.remove(name);
  }

  /** The stream of a name, when there is one. */
  CompletableFuture<HeldStream> find(String name) {
    CompletableFuture<HeldStream> future = new CompletableFuture<>();
    synchronized (this) {
      Published it = published.get(name);
      if (it != null) {
        return CompletableFuture.completedFuture(it.stream);
      }
      waiting.computeIfAbsent(name, unused -> new ArrayList<>()).add(future);
    }
    CompletableFuture<?> unused =
        future.whenComplete((stream, thrown) -> leave(name, future)); // It may be cancelled.
    return future;
  }

  private synchronized void leave(String name, CompletableFuture<HeldStream> future) {
    List<CompletableFuture<HeldStream>> all = waiting.get(name);
    if (all != null && all.removeIf(each -> isIt(each, future)) && all.isEmpty()) {
      waiting.remove(name);
    }
  }

  /** The stream of a name; null if there is none now. */
  synchronized @Nullable HeldStream get(String name) {
    Published it = published.get(name);
    return it == null ? null : it.stream;
  }

  /** How many names a client has published. */
  synchronized int count(Session owner) {
    return (int) published.values().stream().filter(each -> each.owner == owner).count();
  }

  /** The client has gone, and its streams with it. */
  synchronized void forget(Session owner) {
    published.values().removeIf(each -> each.owner == owner);
  }

  /** The stream has ended. */
  synchronized void forget(HeldStream stream) {
    published.values().removeIf(each -> isIt(each.stream, stream));
  }

  /** Whether two are one, which not every class says by its {@code equals}. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isIt(Object one, Object other) {
    return one == other;
  }
}
