package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.metrics.DmaBufMetrics;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.testing.Await;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A dashboard on loopback, with its broker and the demo. */
final class Site implements AutoCloseable {
  final Feed feed = new Feed();
  final Broker broker;
  final Demo demo;
  final PageServer server;
  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final DmaBufMetrics metrics;

  Site(boolean control) {
    this(control, 0);
  }

  Site(boolean control, int port) {
    this(control, port, PageServer.PATIENCE);
  }

  Site(boolean control, Duration patience) {
    this(control, 0, patience);
  }

  private Site(boolean control, int port, Duration patience) {
    MemoryPressure pressure = new MemoryPressure(MemoryPressure.Scope.MACHINE, 0.01, 0);
    BrokerBuilder builder =
        Broker.builder()
            .listener(feed)
            .watchMemory(Duration.ofMillis(500))
            .pressureGauge(() -> List.of(pressure)); // The kernel may tell nothing.
    Demo.heaps().forEach(builder::heap);
    broker = builder.build();
    demo = new Demo(broker, 4, 30);
    metrics = new DmaBufMetrics(broker);
    metrics.bindTo(registry);
    server =
        new PageServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            patience,
            new Guard(Set.of()),
            new PageState(broker, feed, Optional.of(demo), control),
            control ? Optional.of(demo) : Optional.empty(),
            registry::scrape);
  }

  String url() {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  /** What the server answers to exactly these lines. */
  String ask(String... lines) throws IOException {
    try (Socket socket = send(String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n");
        InputStream in = socket.getInputStream()) {
      socket.setSoTimeout((int) Await.EMULATED.toMillis());
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A connection on which exactly this has been sent. */
  Socket send(String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /** How many threads the dashboards of this JVM have. */
  static long serving() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("dashboard-"))
        .count();
  }

  @Override
  public void close() {
    server.close();
    demo.close();
    metrics.close();
    broker.close();
  }
}
