package dev.dmabroker.samples.dashboard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * The places that a server has for connections. A connection loses its place when it has not ended
 * an answer for as long as the server's patience, whatever the client does meanwhile: it may send
 * nothing, send its request byte by byte, or not read the answer. When all places are taken, a new
 * connection gets that of the one whose last answer is longest ago. Thread-safe.
 */
final class Places implements Connection.Listener {
  private final int most;
  private final long patienceNanos;

  /** When each was opened or last ended an answer, the longest ago first; guarded by this. */
  private final Map<EndPoint, Long> since = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Without connections yet.
   *
   * @param most how many places there are
   * @param patience how long a connection may take for an answer
   */
  Places(int most, Duration patience) {
    this.most = most;
    this.patienceNanos = patience.toNanos();
  }

  /** How many are taken. */
  synchronized int taken() {
    return since.size();
  }

  @Override
  public void onOpened(Connection connection) {
    List<EndPoint> leaving = new ArrayList<>();
    synchronized (this) {
      since.put(connection.getEndPoint(), System.nanoTime());
      if (since.size() > most) {
        Iterator<EndPoint> longestAgo = since.keySet().iterator();
        leaving.add(longestAgo.next());
        longestAgo.remove();
      }
    }
    close(leaving, "its place is wanted");
  }

  @Override
  public synchronized void onClosed(Connection connection) {
    since.remove(connection.getEndPoint());
  }

  /** The connection has ended an answer, and has all patience for the next. */
  synchronized void answered(EndPoint connection) {
    since.computeIfPresent(connection, (same, before) -> System.nanoTime());
  }

  /** The connection stays open and needs no place any more. */
  synchronized void release(EndPoint connection) {
    since.remove(connection);
  }

  /** Closes the connections with which the patience is over; to be called again and again. */
  void sweep() {
    List<EndPoint> leaving = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      Iterator<Map.Entry<EndPoint, Long>> longestAgo = since.entrySet().iterator();
      while (longestAgo.hasNext()) {
        Map.Entry<EndPoint, Long> next = longestAgo.next();
        if (now - next.getValue() < patienceNanos) {
          break;
        }
        leaving.add(next.getKey());
        longestAgo.remove();
      }
    }
    close(leaving, "it took too long");
  }

  private static void close(List<EndPoint> connections, String why) {
    connections.forEach(connection -> connection.close(new TimeoutException(why)));
  }
}
