package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.BufferStream;

/** What joins halfway through a recording, and takes only some memory. Used by one thread. */
interface Display extends AutoCloseable {
  /** What it needs of the memory, in words. */
  String needs();

  /** Becomes a consumer of the stream, and shows frames from then on. */
  void attach(BufferStream stream);

  /** Waits until the last frame of the stream, which has stopped, is shown, and tells what was. */
  Shown end() throws InterruptedException;

  @Override
  void close();

  /**
   * What was seen at the display's far end.
   *
   * @param frames how many frames were right, each counted once
   * @param corrupt how many pictures were not what the camera had drawn
   */
  record Shown(long frames, long corrupt) {}
}
