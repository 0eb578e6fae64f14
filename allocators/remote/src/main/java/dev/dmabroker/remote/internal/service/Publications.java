package dev.dmabroker.remote.internal.service;

import dev.dmabroker.BufferStream;
import dev.dmabroker.internal.runtime.Exceptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The streams that are published, by name, until they are closed. Thread-safe. */
final class Publications {
  /** What {@link #isName} asks for, for people. */
  static final String NAMES = "the name of a published stream has 1 to 64 characters";

  private record Published(Sharer owner, HeldStream stream) {}

  // Guarded by this object.
  private final Map<String, Published> published = new HashMap<>();
  private final Map<String, List<CompletableFuture<HeldStream>>> waiting = new HashMap<>();

  static boolean isName(String name) {
    return !name.isBlank() && name.length() <= 64;
  }

  /**
   * Publishes a stream.
   *
   * @throws dev.dmabroker.DuplicateNameException if a stream has the name
   */
  void publish(Sharer owner, String name, HeldStream stream) {
    List<CompletableFuture<HeldStream>> woken;
    synchronized (this) {
      HeldStream unused = get(name); // One that is closed leaves its name.
      Published other = published.putIfAbsent(name, new Published(owner, stream));
      if (other != null) {
        throw Exceptions.duplicateName(
            other.owner.described()
                + " has published a stream as '"
                + name
                + "'; publish under another name, or have it withdrawn");
      }
      woken = waiting.getOrDefault(name, List.of());
      waiting.remove(name);
    }
    woken.forEach(each -> each.complete(stream));
  }

  /**
   * The owner's stream is not published under this name any more.
   *
   * @throws dev.dmabroker.ClosedException if it was not
   */
  synchronized void withdraw(Sharer owner, String name) {
    Published it = published.get(name);
    if (it == null || it.owner != owner) {
      throw Exceptions.closed(owner.described() + " has published no stream as '" + name + "'");
    }
    published.remove(name);
  }

  /** The stream of a name, when there is one. */
  CompletableFuture<HeldStream> find(String name) {
    CompletableFuture<HeldStream> future = new CompletableFuture<>();
    synchronized (this) {
      HeldStream now = get(name);
      if (now != null) {
        return CompletableFuture.completedFuture(now);
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
    if (it == null || it.stream.stream().state() != BufferStream.State.CLOSED) {
      return it == null ? null : it.stream;
    }
    published.remove(name);
    return null;
  }

  /** How many names an owner has published. */
  synchronized int count(Sharer owner) {
    return (int) published.values().stream().filter(each -> each.owner == owner).count();
  }

  /** The owner has gone, and its streams with it. */
  synchronized void forget(Sharer owner) {
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
