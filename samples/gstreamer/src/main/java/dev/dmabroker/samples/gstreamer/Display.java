package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.BufferStream;
import java.io.IOException;
import java.util.List;

/** What joins halfway through a recording, and takes only some memory. Used by one thread. */
interface Display extends AutoCloseable {
  /** What it needs of the memory, in words. */
  String needs();

  /** Whether frames stay with it until it is closed. */
  boolean keepsTheLast();

  /** What the kernel calls the descriptors that GStreamer itself leaves behind. */
  default List<String> leavesBehind() {
    return List.of();
  }

  /**
   * Becomes a consumer of the stream, and shows frames from then on.
   *
   * @throws IOException if a program does not start
   */
  void attach(BufferStream stream) throws IOException;

  /**
   * Waits until the last frame of the stream, which has stopped, is shown, and tells what was.
   *
   * @throws IOException if what was shown cannot be read
   */
  Shown end() throws InterruptedException, IOException;

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
