/** A broker's streams for GStreamer's unixfd elements. Incubating. */
module dev.dmabroker.gstreamer {
  requires transitive dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires static transitive org.jspecify;

  exports dev.dmabroker.gstreamer;
}
