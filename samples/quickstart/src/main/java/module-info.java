/** The README's example, which tells what happens where. */
module dev.dmabroker.samples.quickstart {
  requires dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires static org.jspecify;
}
