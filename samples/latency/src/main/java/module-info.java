/**
 * A player whose downstream latency changes, with fixed counts of buffers and with as many as it
 * takes.
 */
module dev.dmabroker.samples.latency {
  requires dev.dmabroker;
  requires static org.jspecify;
}
