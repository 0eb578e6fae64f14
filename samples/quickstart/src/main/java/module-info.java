/** The 20 lines of the README: what happens where. */
module dev.dmabroker.samples.quickstart {
  requires dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires static org.jspecify;
}
