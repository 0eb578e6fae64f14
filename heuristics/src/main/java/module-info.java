/** Policies that rank heaps. */
module dev.dmabroker.heuristics {
  requires transitive dev.dmabroker;
  requires static transitive org.jspecify;

  exports dev.dmabroker.heuristics;

  provides dev.dmabroker.spi.PlacementHeuristic with
      dev.dmabroker.heuristics.LeastCost,
      dev.dmabroker.heuristics.FirstFit;
}
