package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The way in which a V4L2 driver is asked, so that a test can answer in its place. */
interface V4l2Node extends AutoCloseable {

  /**
   * Makes a request.
   *
   * @param argument in and out, in native order
   * @return null if the driver granted it, or why not; EBADF once the node is closed
   */
  @Nullable Errno ask(long request, ByteBuffer argument);

  @Override
  void close();

  /** A node that asks a real driver. Takes over the descriptor. */
  static V4l2Node of(Fd fd) {
    return new V4l2Node() {
      @Override
      @SuppressWarnings("ByteBufferBackingArray") // Each argument is an array of its own.
      public @Nullable Errno ask(long request, ByteBuffer argument) {
        try (Fd.Use use = fd.use()) {
          while (LibC.calls().ioctl(use.number(), request, argument.array()) != 0) {
            Errno errno = Errno.last();
            if (!errno.equals(Errno.EINTR)) {
              return errno;
            }
          }
          return null;
        } catch (HeapException e) {
          return Errno.EBADF;
        }
      }

      @Override
      public void close() {
        fd.close();
      }
    };
  }
}
