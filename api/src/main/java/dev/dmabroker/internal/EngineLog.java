package dev.dmabroker.internal;

/** The engine's one logger, under the name that applications configure. */
final class EngineLog {
  static final System.Logger LOG = System.getLogger("dev.dmabroker.Broker");

  private EngineLog() {}
}
