/** A program on the module path, which has another library that needs JNA. */
module example.stream {
  requires com.sun.jna;
  requires com.sun.jna.platform;
  requires dev.dmabroker;
  requires dev.dmabroker.allocators;
}
