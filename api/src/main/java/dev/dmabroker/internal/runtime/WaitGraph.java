package dev.dmabroker.internal.runtime;

import dev.dmabroker.BrokerException;
import dev.dmabroker.WouldDeadlockException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which threads are parked, and for what: so that a wait which could only end after itself, by way
 * of any number of buffers and threads, is refused when the last edge would close the ring. Looked
 * at only when a thread is about to park. Thread-safe; takes one buffer's lock at a time, and is
 * never used under one.
 *
 * <p><b>Why a ring that is found is one.</b> The edges are looked at one after the other. A thread
 * that is parked for a request closes no mapping, and neither a request nor a mapping comes back
 * once it has ended. So if the same requests and threads are found a second time, each edge was
 * there from its first look to its second, and all of them were at the moment in between.
 */
public final class WaitGraph {
  private final Map<Object, Parked> parked = new ConcurrentHashMap<>();

  /** What a thread waits for. */
  public interface Parked {
    /** What it wants, in words for errors. */
    String describe();

    /** The name of the buffer that it waits for. */
    String buffer();

    /** Whether it has ended, or is about to. */
    boolean isDone();

    /** Ends it with the failure: false if it has ended otherwise before. */
    boolean giveUp(BrokerException failure);

    /** The callers that made mappings which have to be closed before it can end. */
    List<Object> blockers();

    /** The wait could never end: whether it need not wait for the blockers, or not now. */
    boolean letInAnyway();
  }

  /** A thread that waits, what for, and who made a mapping that has to be closed before. */
  private record Edge(Object waiting, Parked request, Object blocking) {
    boolean isLetInAnyway() {
      return request.letInAnyway();
    }

    @Override
    public String toString() {
      return Caller.name(waiting)
          + " waits to "
          + request.describe()
          + ", which needs the mapping of "
          + request.buffer()
          + " closed that "
          + Caller.name(blocking)
          + " made";
    }
  }

  /**
   * The calling thread is about to wait. If that would close a ring, the request is let in where it
   * is, if that helps, or ended with {@link WouldDeadlockException}.
   */
  public void park(Parked request) {
    List<Edge> ring = closedRing(request);
    // Whoever is let in may break it, and then others may close another.
    while (!ring.isEmpty() && ring.stream().anyMatch(Edge::isLetInAnyway)) {
      if (request.isDone()) {
        return;
      }
      ring = closedRing(request);
    }
    if (!ring.isEmpty()) {
      List<String> edges = ring.stream().map(Edge::toString).toList();
      boolean unused =
          request.giveUp(
              Exceptions.wouldDeadlock(
                  "cannot "
                      + request.describe()
                      + ": the wait could never end: "
                      + String.join("; ", edges)
                      + "; close one of these mappings before waiting, or map in the same order"
                      + " everywhere",
                  edges));
    }
  }

  /**
   * The ring that the wait would close; empty if there is none. One thread after the other looks,
   * and who closes a ring does not count as waiting any more: otherwise two that park at the same
   * time would both be refused.
   */
  private synchronized List<Edge> closedRing(Parked request) {
    parked.put(Caller.current(), request);
    List<Edge> ring = ring(request);
    if (ring.isEmpty() || !ring.equals(ring(request))) {
      return List.of();
    }
    unpark(request);
    return ring;
  }

  public void unpark(Parked request) {
    parked.remove(Caller.current(), request);
  }

  /** How many threads count as parked. */
  public int size() {
    return parked.size();
  }

  private List<Edge> ring(Parked first) {
    List<Edge> path = new ArrayList<>();
    return find(Caller.current(), Caller.current(), first, path, new HashSet<>())
        ? path
        : List.of();
  }

  private boolean find(
      Object start, Object waiting, @Nullable Parked request, List<Edge> path, Set<Object> seen) {
    if (request == null || !seen.add(waiting)) {
      return false;
    }
    for (Object blocking : request.blockers()) {
      path.add(new Edge(waiting, request, blocking));
      if (blocking == start || find(start, blocking, parked.get(blocking), path, seen)) {
        return true;
      }
      path.remove(path.size() - 1);
    }
    return false;
  }
}
