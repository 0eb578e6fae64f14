package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.spi.HeapException;

/**
 * Makes and rings eventfds (eventfd(2)). An eventfd that is shared with a client is never read:
 * each write gives an event to a poller that waits for {@link Poller#EACH_TIME}, and a client that
 * reads it, or fills its counter, hurts only itself.
 */
public final class Doorbell {
  private Doorbell() {}

  /**
   * Makes an eventfd, close-on-exec, of which no call blocks.
   *
   * @throws SocketFailure if the process has no descriptor left
   */
  public static Fd create(String what) throws SocketFailure {
    int number = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
    if (number < 0) {
      throw SocketFailure.of("eventfd for " + what, Errno.last(), "");
    }
    return new Fd(number, what);
  }

  /** Rings. Does nothing once the descriptor is closed. Never blocks. */
  public static void ring(Fd fd) {
    try (Fd.Use use = fd.use()) {
      // A counter at its maximum refuses the write; its reader has an event to see all the same.
      int unused = LibC.calls().eventfd_write(use.number(), 1);
    } catch (HeapException closed) {
      // There is nothing to wake.
    }
  }
}
