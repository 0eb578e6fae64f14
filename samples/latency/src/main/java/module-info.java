/**
 * A player whose downstream latency changes, with fixed counts of buffers and with as many as it
 * takes.
 */
module dev.dmabroker.samples.latency {
  requires dev.dmabroker;
  requires dev.dmabroker.samples.options;
  requires static org.jspecify;

  opens dev.dmabroker.samples.latency to
      info.picocli;
}
