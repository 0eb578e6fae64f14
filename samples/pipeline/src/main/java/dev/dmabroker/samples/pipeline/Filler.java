package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import java.time.Duration;
import java.util.function.BiConsumer;

/** A device that fills frames: a camera, or the result side of a {@link Transform}. One thread. */
interface Filler {
  /** How many more frames it takes now. */
  int room();

  /** How many frames it has. */
  int count();

  /** Passes it a frame to fill, which it returns unused if this throws. */
  void queue(EmptyFrame frame);

  /** Begins to fill. */
  void start();

  /**
   * Waits for a filled frame.
   *
   * @param then is given the frame and submits it, if it wants to
   * @return false if there was none in time
   */
  boolean dequeue(Duration timeout, BiConsumer<EmptyFrame, Label> then);

  /** Stops, and returns the frames that it has unused. */
  void stop();
}
