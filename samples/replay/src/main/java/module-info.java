/** Plays a trace of what a broker did against heuristics, and records such traces. */
module dev.dmabroker.samples.replay {
  requires dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires dev.dmabroker.heuristics;
  requires static org.jspecify;
}
