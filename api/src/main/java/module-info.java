/** Broker, devices, constraints and buffers; the engine stays inside. */
@SuppressWarnings("module") // It is built before the modules to which it exports.
module dev.dmabroker {
  requires com.google.common;
  requires static transitive org.jspecify;

  exports dev.dmabroker;
  exports dev.dmabroker.spec;
  exports dev.dmabroker.spi;
  exports dev.dmabroker.event;
  // Makes the exceptions again that a broker elsewhere threw.
  exports dev.dmabroker.internal.runtime to
      dev.dmabroker.remote;
  // Makes the events and states again that another process told.
  exports dev.dmabroker.internal.watch to
      dev.dmabroker.remote;

  // Has leases whose uses another process counts.
  exports dev.dmabroker.internal.gate to
      dev.dmabroker.remote;

  // Has devices of other processes.
  exports dev.dmabroker.internal.device to
      dev.dmabroker.remote;

  // Plays traces in time that is only counted.
  exports dev.dmabroker.internal.simulation to
      dev.dmabroker.samples.replay;

  uses dev.dmabroker.spi.FencePoller;
  uses dev.dmabroker.spi.HeapProvider;
  uses dev.dmabroker.spi.PlacementHeuristic;
  uses dev.dmabroker.spi.PressureGauge;
}
