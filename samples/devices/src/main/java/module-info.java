/** V4L2 devices that import dma-bufs, as the samples use them. */
module dev.dmabroker.samples.devices {
  requires transitive dev.dmabroker;
  requires com.sun.jna;
  requires dev.dmabroker.allocators;
  requires static transitive org.jspecify;

  exports dev.dmabroker.samples.devices;

  // Direct mapping binds the natives of Libc by reflection.
  opens dev.dmabroker.samples.devices to
      com.sun.jna;
}
