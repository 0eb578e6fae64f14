package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import java.util.function.Consumer;

/** Passes on the fences that came with packets. */
final class Fences {
  private Fences() {}

  /**
   * Passes a fence to the broker, which closes it if it takes it.
   *
   * @param fence is closed
   * @param taker throws if it does not take the fence
   */
  static void pass(Fd fence, Consumer<SyncFile> taker) {
    int number;
    try (fence;
        Fd.Use use = fence.use()) {
      number = use.dup();
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot take the fence over", e);
    }
    boolean taken = false;
    try {
      taker.accept(new SyncFile(number));
      taken = true;
    } finally {
      if (!taken) {
        int unused = LibC.calls().close(number);
      }
    }
  }
}
