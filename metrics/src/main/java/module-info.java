/** Micrometer meters of a broker. */
module dev.dmabroker.metrics {
  requires transitive dev.dmabroker;
  requires transitive micrometer.core;
  requires static transitive org.jspecify;

  exports dev.dmabroker.metrics;
}
