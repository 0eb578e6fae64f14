package dev.dmabroker.samples.dashboard;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Jetty, set up so that its clients cannot starve each other: its threads read and write as far as
 * a connection is ready and wait for no client, and each connection has one of the {@link Places}
 * until it is released.
 */
final class Front implements AutoCloseable {
  /** Kept, as the JDK would forget a logger's level with the logger. */
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  static {
    JETTY.setLevel(Level.WARNING); // Not that it starts and stops.
  }

  private static final int THREADS = 8;

  /** Of each connection, in the kernel; what a client does not read soon stays here. */
  private static final int SEND_BYTES = 128 << 10;

  /** Within the patience, so that a connection is closed at most a quarter late. */
  private static final int SWEEPS = 4;

  private final Places places;
  private final Server server = new Server(pool());
  private final int port;
  private final ScheduledExecutorService sweeping =
      Executors.newSingleThreadScheduledExecutor(Front::thread);

  /** Takes a request; does not block. */
  interface Entrance {
    void take(Request request, Response response, Callback callback);
  }

  /**
   * Listens from now on.
   *
   * @param most how many connections there may be, besides those that were released
   * @param patience how long a client may take to ask and to read the answer
   * @throws IllegalStateException if the address cannot be listened at
   */
  Front(InetSocketAddress address, int most, Duration patience, Entrance entrance) {
    places = new Places(most, patience);
    ServerConnector connector = connector(address);
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract.NonBlocking() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            EndPoint connection = connection(request);
            entrance.take(
                request, response, Callback.from(() -> places.answered(connection), callback));
            return true;
          }
        });
    try {
      server.start();
    } catch (Exception e) {
      close();
      throw new IllegalStateException(
          "cannot listen at " + address + "; --port takes another, or 0 for any", e);
    }
    port = connector.getLocalPort();
    long period = Math.max(1, patience.toNanos() / SWEEPS);
    ScheduledFuture<?> unused =
        sweeping.scheduleWithFixedDelay(places::sweep, period, period, TimeUnit.NANOSECONDS);
  }

  private static QueuedThreadPool pool() {
    QueuedThreadPool pool = new QueuedThreadPool(THREADS, 1);
    pool.setName("dashboard-http");
    pool.setDaemon(true);
    return pool;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "dashboard-places");
    thread.setDaemon(true);
    return thread;
  }

  private ServerConnector connector(InetSocketAddress address) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    ServerConnector made = new ServerConnector(server, 0, 1, new HttpConnectionFactory(http));
    made.setHost(address.getHostString());
    made.setPort(address.getPort());
    made.setIdleTimeout(0); // The places have their own rule.
    made.setAcceptedSendBufferSize(SEND_BYTES);
    made.addEventListener(places);
    return made;
  }

  private static EndPoint connection(Request request) {
    return request.getConnectionMetaData().getConnection().getEndPoint();
  }

  int port() {
    return port;
  }

  /** How many connections have a place. */
  int connections() {
    return places.taken();
  }

  /** The connection that the request came on needs no place any more; the caller ends it. */
  void release(Request request) {
    places.release(connection(request));
  }

  /** Ends the connection that the request came on. */
  static void disconnect(Request request) {
    connection(request).close();
  }

  /** Ends every connection. */
  @Override
  public void close() {
    sweeping.shutdownNow();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server did not stop", e);
    }
  }
}
