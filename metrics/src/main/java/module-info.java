/** What people look at: a broker's meters, flight events, traces, state dumps and health. */
module dev.dmabroker.metrics {
  requires transitive dev.dmabroker;
  requires transitive micrometer.core;
  requires jdk.jfr;
  requires static transitive org.jspecify;

  exports dev.dmabroker.metrics;
}
