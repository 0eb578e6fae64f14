package dev.dmabroker.internal.watch;

import dev.dmabroker.internal.runtime.Time;

/** Logs what a stream does without being asked to. */
public final class StreamLog {
  private final LogLines leftOut;

  public StreamLog(Time time) {
    this.leftOut = new LogLines(time);
  }

  /** Logs that a stream does without a consumer. */
  public void leftOut(String stream, String device, String why) {
    leftOut.warn(() -> "stream " + stream + " does without " + device + ", which " + why, null);
  }
}
