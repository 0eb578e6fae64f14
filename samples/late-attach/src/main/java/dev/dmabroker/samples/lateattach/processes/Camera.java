package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.spec.Constraints;

/** Captures frames on its own clock. */
interface Camera extends AutoCloseable {

  /** What memory it takes. */
  Constraints constraints();

  /**
   * Captures into a stream until the loop is to stop; loses a frame, as a camera does, if it has no
   * buffer for it in time.
   *
   * @param loop is told of each frame that was captured or lost
   */
  void capture(BufferStream stream, CameraLoop loop);

  @Override
  void close();
}
