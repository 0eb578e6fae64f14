/** Plays a trace of what a broker did against heuristics, and records such traces. */
module dev.dmabroker.samples.replay {
  requires dev.dmabroker.allocators;
  requires dev.dmabroker.heuristics;
  requires dev.dmabroker.samples.options;
  requires dev.dmabroker;
  requires static org.jspecify;

  opens dev.dmabroker.samples.replay to
      info.picocli;
}
