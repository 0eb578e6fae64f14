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
 * Knows which threads are parked, and for what. A wait which could only end after itself, by way of
 * any number of buffers and threads, is refused when the last edge would close the ring. The graph
 * is looked at only when a thread is about to park. This class is thread-safe; it takes one
 * buffer's lock at a time, and is never used under a buffer's lock.
 *
 * <p><b>Why a ring that is found is one.</b> The edges are looked at one after the other. A thread
 * that is parked for a request closes no mapping, and neither a request nor a mapping comes back
 * once it has ended. So if a second look finds the requests and threads that the first look found,
 * each edge was there from its first look to its second, and all of them were there at the moment
 * in between.
 */
public final class WaitGraph {
  private final Map<Object, Parked> parked = new ConcurrentHashMap<>();

  /** Represents the request that a parked thread waits for. */
  public interface Parked {
    /** Returns what the request wants, in words for errors. */
    String describe();

    /** Returns the name of the buffer that the request waits for. */
    String buffer();

    /** Tells whether the request has ended, or is about to end. */
    boolean isDone();

    /** Ends the request with the failure; returns false if it has ended otherwise before. */
    boolean giveUp(BrokerException failure);

    /**
     * Returns the callers that made mappings which have to be closed before the request can end.
     */
    List<Object> blockers();

    /**
     * Is called when the wait could never end, and lets the request in if that is possible. Returns
     * whether the request need not wait for the blockers, or not now.
     */
    boolean letInAnyway();
  }

  /**
   * Represents an edge of the graph: a thread that waits, the request that it waits for, and a
   * thread that made a mapping which has to be closed before.
   */
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
   * Notes that the calling thread is about to wait. If that would close a ring, the request is let
   * in where it is if that helps; otherwise it is ended with {@link WouldDeadlockException}.
   */
  public void park(Parked request) {
    park(Caller.current(), request);
  }

  /** Does what {@link #park(Parked)} does, for a caller that is about to wait. */
  public void park(Object caller, Parked request) {
    List<Edge> ring = closedRing(caller, request);
    // A request that is let in may break the ring, and then other waits may close another ring.
    while (!ring.isEmpty() && ring.stream().anyMatch(Edge::isLetInAnyway)) {
      if (request.isDone()) {
        return;
      }
      ring = closedRing(caller, request);
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
   * Returns the ring that the wait would close; an empty list if there is no ring. One thread after
   * the other looks, and a thread that closes a ring does not count as waiting any more: otherwise
   * two threads that park at one time would both be refused.
   */
  private synchronized List<Edge> closedRing(Object caller, Parked request) {
    parked.put(caller, request);
    List<Edge> ring = ring(caller, request);
    if (ring.isEmpty() || !ring.equals(ring(caller, request))) {
      return List.of();
    }
    unpark(caller, request);
    return ring;
  }

  /** Notes that the calling thread waits for the request no more. */
  public void unpark(Parked request) {
    unpark(Caller.current(), request);
  }

  /** Notes that the caller waits for the request no more. */
  public void unpark(Object caller, Parked request) {
    parked.remove(caller, request);
  }

  /** Returns how many threads count as parked. */
  public int size() {
    return parked.size();
  }

  /** Returns the edges from the caller back to itself, each looked at once. */
  private List<Edge> ring(Object caller, Parked first) {
    List<Edge> path = new ArrayList<>();
    return find(caller, caller, first, path, new HashSet<>()) ? path : List.of();
  }

  /**
   * Searches depth first for a way back to the start; the edges of that way are left in the path.
   */
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
