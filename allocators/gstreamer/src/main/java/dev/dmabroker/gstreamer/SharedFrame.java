package dev.dmabroker.gstreamer;

import dev.dmabroker.gstreamer.AdoptedBuffers.Adopted;
import java.util.concurrent.atomic.AtomicInteger;

/** A frame that came, for several consumers: it is released when the last has done with it. */
final class SharedFrame {
  private final PipelineBuffer buffer;
  private final Adopted memory;
  private final Runnable release;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * Makes a frame with one holder, which is the thread that gives it to consumers.
   *
   * @param release is run once, when the last holder has done
   */
  SharedFrame(PipelineBuffer buffer, Adopted memory, Runnable release) {
    this.buffer = buffer;
    this.memory = memory;
    this.release = release;
  }

  /** What the pipeline said of it. */
  PipelineBuffer buffer() {
    return buffer;
  }

  Adopted memory() {
    return memory;
  }

  /** Adds a holder. */
  SharedFrame share() {
    holders.incrementAndGet();
    return this;
  }

  /** A holder has done. */
  void done() {
    if (holders.decrementAndGet() == 0) {
      release.run();
    }
  }
}
