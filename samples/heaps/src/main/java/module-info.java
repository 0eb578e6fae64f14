/**
 * What this machine offers: every heap, its traits, how each is known, what opens the closed ones.
 */
module dev.dmabroker.samples.heaps {
  requires dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires static org.jspecify;
}
