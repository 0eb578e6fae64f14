/**
 * Heaps of Linux: dma-heaps, udmabuf, memfd, and modelled ones for applications that ask for them.
 */
@SuppressWarnings("module") // It is built before the modules to which it exports.
module dev.dmabroker.allocators {
  requires transitive dev.dmabroker;
  requires com.sun.jna;
  requires static org.jspecify;

  exports dev.dmabroker.allocators;

  // Shares its system calls.
  exports dev.dmabroker.allocators.linux to
      dev.dmabroker.devices,
      dev.dmabroker.gstreamer,
      dev.dmabroker.remote;

  // Shares its sockets.
  exports dev.dmabroker.allocators.linux.socket to
      dev.dmabroker.gstreamer,
      dev.dmabroker.remote;

  // JNA registers the native methods of a class in it by reflection.
  opens dev.dmabroker.allocators.linux to
      com.sun.jna;
  opens dev.dmabroker.allocators.linux.socket to
      com.sun.jna;

  provides dev.dmabroker.spi.FencePoller with
      dev.dmabroker.allocators.linux.LinuxFencePoller;
  provides dev.dmabroker.spi.HeapProvider with
      dev.dmabroker.allocators.linux.DmaHeapProvider,
      dev.dmabroker.allocators.linux.UdmabufProvider,
      dev.dmabroker.allocators.linux.MemfdProvider;
  provides dev.dmabroker.spi.PressureGauge with
      dev.dmabroker.allocators.linux.KernelPressure;
}
