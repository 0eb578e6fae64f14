/** What samples have in common. */
module dev.dmabroker.samples.common {
  requires transitive dev.dmabroker;
  requires transitive dev.dmabroker.devices;
  requires dev.dmabroker.allocators;
  requires static transitive org.jspecify;

  exports dev.dmabroker.samples.common;
}
