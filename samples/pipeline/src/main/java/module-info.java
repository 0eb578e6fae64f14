/** Camera, converter, encoder, file and display, with the encoder switched off and on. */
module dev.dmabroker.samples.pipeline {
  requires dev.dmabroker.devices;
  requires dev.dmabroker.samples.common;
  requires dev.dmabroker.samples.options;
  requires dev.dmabroker;
  requires static org.jspecify;

  opens dev.dmabroker.samples.pipeline to
      info.picocli;
}
