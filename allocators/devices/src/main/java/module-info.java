/** V4L2 and KMS devices that import a broker's buffers. Incubating. */
module dev.dmabroker.devices {
  requires transitive dev.dmabroker;
  requires com.sun.jna;
  requires dev.dmabroker.allocators;
  requires static transitive org.jspecify;

  exports dev.dmabroker.devices;
}
