/** A live page of a running broker, and its metrics for Prometheus. */
module dev.dmabroker.samples.dashboard {
  requires com.google.gson;
  requires dev.dmabroker.allocators;
  requires dev.dmabroker.metrics;
  requires dev.dmabroker.samples.options;
  requires transitive dev.dmabroker;
  requires java.logging;
  requires micrometer.registry.prometheus;
  requires org.eclipse.jetty.server;
  requires static org.jspecify;

  exports dev.dmabroker.samples.dashboard;

  opens dev.dmabroker.samples.dashboard to
      info.picocli;
}
