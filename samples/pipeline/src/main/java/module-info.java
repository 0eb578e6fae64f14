/** Camera, converter, encoder, file and display, with the encoder switched off and on. */
module dev.dmabroker.samples.pipeline {
  requires dev.dmabroker;
  requires dev.dmabroker.samples.devices;
  requires static org.jspecify;
}
