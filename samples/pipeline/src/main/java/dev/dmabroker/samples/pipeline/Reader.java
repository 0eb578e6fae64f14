package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Frame;
import java.time.Duration;

/** A device that reads frames: a display, or the source side of a {@link Transform}. One thread. */
interface Reader {
  /** How many more frames it takes now. */
  int room();

  /** Passes it a frame to read, which it releases when it is done with it, or if this throws. */
  void queue(Frame frame, Label label);

  /** Begins to read. */
  void start();

  /** Releases what the device is done with; waits for the first. */
  void dequeue(Duration timeout);

  /** Stops, and releases the frames that it has. */
  void stop();
}
