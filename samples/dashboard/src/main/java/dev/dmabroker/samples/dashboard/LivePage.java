package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.Subscription;
import dev.dmabroker.metrics.DmaBufMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;

/**
 * The page of a broker that runs, with its metrics for Prometheus, until it is closed. It is told
 * what happens from when it is made; the broker stays the application's, and is closed later.
 */
public final class LivePage implements AutoCloseable {
  private final Subscription told;
  private final DmaBufMetrics metrics;
  private final PageServer server;

  /**
   * Serves from now on.
   *
   * @param names of this machine that browsers may ask for, besides addresses and localhost
   * @param controls of the strict device; empty if there is none
   * @param control whether the page may use them
   * @throws IllegalStateException if the address cannot be listened at
   */
  LivePage(
      Broker broker,
      InetSocketAddress address,
      Set<String> names,
      Optional<Controls> controls,
      boolean control) {
    Feed feed = new Feed();
    told = broker.listen(feed);
    metrics = new DmaBufMetrics(broker);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics.bindTo(registry);
    try {
      server =
          new PageServer(
              address,
              PageServer.PATIENCE,
              new Guard(names),
              new PageState(broker, feed, controls, control),
              control ? controls : Optional.empty(),
              registry::scrape);
    } catch (RuntimeException | Error e) {
      metrics.close();
      told.close();
      throw e;
    }
  }

  /**
   * Serves this machine alone, from now on. Nothing can be changed from the page.
   *
   * @param broker that it shows
   * @param port where to listen; 0 for any that is free
   * @return the page
   * @throws IllegalStateException if the port cannot be listened at
   */
  public static LivePage onLoopback(Broker broker, int port) {
    return new LivePage(
        broker, new InetSocketAddress(loopback(), port), Set.of(), Optional.empty(), false);
  }

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /** {@return the port at which it listens} */
  public int port() {
    return server.port();
  }

  /** Ends every connection, and hears no more of the broker. */
  @Override
  public void close() {
    server.close();
    metrics.close();
    told.close();
  }
}
