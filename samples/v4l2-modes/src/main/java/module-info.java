/** The same capture-to-display job by MMAP with copying, USERPTR, DMABUF and other programs. */
module dev.dmabroker.samples.modes {
  requires dev.dmabroker.devices;
  requires dev.dmabroker.samples.common;
  requires dev.dmabroker.samples.options;
  requires dev.dmabroker;
  requires java.management;
  requires static org.jspecify;

  opens dev.dmabroker.samples.modes to
      info.picocli;
}
