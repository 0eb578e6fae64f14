/** A live page of a running broker, and its metrics for Prometheus. */
module dev.dmabroker.samples.dashboard {
  requires com.google.gson;
  requires dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires dev.dmabroker.metrics;
  requires jdk.httpserver;
  requires micrometer.registry.prometheus;
  requires static org.jspecify;
}
