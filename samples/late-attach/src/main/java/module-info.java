/**
 * The main job: a camera at 60 frames a second, and a contiguous-only display that attaches
 * halfway.
 */
module dev.dmabroker.samples.lateattach {
  requires dev.dmabroker.metrics;
  requires dev.dmabroker.remote;
  requires dev.dmabroker.devices;
  requires dev.dmabroker.samples.common;
  requires dev.dmabroker.samples.options;
  requires dev.dmabroker;
  requires static org.jspecify;

  opens dev.dmabroker.samples.lateattach to
      info.picocli;
}
