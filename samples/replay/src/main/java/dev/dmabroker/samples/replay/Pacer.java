package dev.dmabroker.samples.replay;

/** Says when it is time. One thread awaits; any may ask. */
interface Pacer {

  /** Microseconds since the beginning. */
  long micros();

  /** Returns when that time has come. */
  void await(long micros);
}
