/**
 * A stream's frames into GStreamer and back. The package {@code inprocess} is for programs that use
 * GStreamer in their own process: they depend on this module, or copy the package.
 */
module dev.dmabroker.samples.gstreamer {
  requires transitive dev.dmabroker;
  requires transitive dev.dmabroker.gstreamer;
  requires transitive org.freedesktop.gstreamer;
  requires com.sun.jna;
  requires dev.dmabroker.allocators;
  requires dev.dmabroker.devices;
  requires dev.dmabroker.samples.common;
  requires dev.dmabroker.samples.options;
  requires static org.jspecify;

  exports dev.dmabroker.samples.gstreamer.inprocess;

  opens dev.dmabroker.samples.gstreamer to
      info.picocli;
  opens dev.dmabroker.samples.gstreamer.inprocess to
      com.sun.jna;
}
