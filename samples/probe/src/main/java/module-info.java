/** Which heaps this machine's cameras and displays really take. */
module dev.dmabroker.samples.probe {
  requires dev.dmabroker.devices;
  requires static org.jspecify;
}
