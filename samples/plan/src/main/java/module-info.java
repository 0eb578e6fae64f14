/** Where buffers would lie on this machine, and why not elsewhere. */
module dev.dmabroker.samples.plan {
  requires dev.dmabroker;
  requires dev.dmabroker.samples.common;
  requires static org.jspecify;
}
