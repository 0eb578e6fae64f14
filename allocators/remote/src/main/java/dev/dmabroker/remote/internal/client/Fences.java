package dev.dmabroker.remote.internal.client;

import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.spec.SyncFile;

/** Ends descriptors of fences that have been sent. */
final class Fences {
  private Fences() {}

  /** Closes a fence that another process has now. */
  static void close(SyncFile fence) {
    int unused = LibC.calls().close(fence.fd());
  }
}
