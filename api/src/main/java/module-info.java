/**
 * Broker, devices, constraints and buffers; the engine stays inside. Its simulation is for the
 * sample that replays traces, and no part of the API.
 */
@SuppressWarnings("module") // The sample is compiled later.
module dev.dmabroker {
  requires com.google.common;
  requires static transitive org.jspecify;

  exports dev.dmabroker;
  exports dev.dmabroker.spec;
  exports dev.dmabroker.spi;
  exports dev.dmabroker.event;
  exports dev.dmabroker.internal.simulation to
      dev.dmabroker.samples.replay;

  uses dev.dmabroker.spi.FencePoller;
  uses dev.dmabroker.spi.HeapProvider;
  uses dev.dmabroker.spi.PlacementHeuristic;
}
