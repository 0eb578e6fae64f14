package dev.dmabroker.internal.runtime;

/** Holds the engine's one logger, under the name that applications configure. */
public final class EngineLog {
  public static final System.Logger LOG = System.getLogger("dev.dmabroker.Broker");

  private EngineLog() {}
}
