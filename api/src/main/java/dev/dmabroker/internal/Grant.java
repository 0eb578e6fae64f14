package dev.dmabroker.internal;

/** What a {@link Request} was granted, which somebody has to give back. */
interface Grant {
  /** Gives it back because who asked has gone. */
  void takeBack();
}
