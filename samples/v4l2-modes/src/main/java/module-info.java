/** The same capture-to-display job by MMAP with copying, USERPTR and DMABUF. */
module dev.dmabroker.samples.modes {
  requires dev.dmabroker;
  requires dev.dmabroker.samples.devices;
  requires java.management;
  requires static org.jspecify;
}
