/** The broker's service as a program, and a view of it for a terminal. */
module dev.dmabroker.samples.broker {
  requires com.google.gson;
  requires com.sun.jna;
  requires dev.dmabroker.allocators;
  requires dev.dmabroker.metrics;
  requires dev.dmabroker.remote;
  requires dev.dmabroker.samples.dashboard;
  requires dev.dmabroker.samples.options;
  requires dev.dmabroker;
  requires static org.jspecify;

  // picocli sets the options, and JNA binds the natives of LibC, by reflection.
  opens dev.dmabroker.samples.broker to
      com.sun.jna,
      info.picocli;
}
