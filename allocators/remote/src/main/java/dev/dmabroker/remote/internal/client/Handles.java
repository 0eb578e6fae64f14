package dev.dmabroker.remote.internal.client;

import dev.dmabroker.remote.internal.wire.ToService;
import java.util.concurrent.atomic.AtomicBoolean;

/** Ends what a client has once, and tells the service of it. */
final class Handles {
  private Handles() {}

  /**
   * Tells the service that a handle is closed, the first time. A service that has gone has closed
   * it already.
   */
  static void close(AtomicBoolean closed, Link link, ToService.Builder request) {
    if (!closed.compareAndSet(false, true) || link.isEnded()) {
      return;
    }
    try {
      link.order(request);
    } catch (RuntimeException e) {
      if (!link.isEnded()) {
        throw e;
      }
    }
  }
}
