package dev.dmabroker.allocators.linux;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a V4L2 driver is asked through, so that a test can answer. */
interface V4l2Node extends AutoCloseable {

  /**
   * Makes a request.
   *
   * @param argument in and out, in native order
   * @return null if it was granted, or why not
   */
  @Nullable Errno ask(long request, ByteBuffer argument);

  @Override
  void close();

  /** A real one. Takes over the descriptor. */
  static V4l2Node of(Fd fd) {
    return new V4l2Node() {
      @Override
      @SuppressWarnings("ByteBufferBackingArray") // Each is allocated as an array of its own.
      public @Nullable Errno ask(long request, ByteBuffer argument) {
        while (LibC.ioctl(fd.value(), request, argument.array()) != 0) {
          Errno errno = Errno.last();
          if (!errno.equals(Errno.EINTR)) {
            return errno;
          }
        }
        return null;
      }

      @Override
      public void close() {
        fd.close();
      }
    };
  }
}
