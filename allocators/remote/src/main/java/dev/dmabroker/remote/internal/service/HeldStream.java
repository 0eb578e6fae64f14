package dev.dmabroker.remote.internal.service;

import dev.dmabroker.BufferStream;
import dev.dmabroker.remote.Rights;
import org.jspecify.annotations.Nullable;

/**
 * A stream as one client has it.
 *
 * @param stream the stream, which ends with the client that made it
 * @param rights what the client may do with it; null if the client made it
 */
record HeldStream(BufferStream stream, @Nullable Rights rights) {

  /**
   * The stream, for a client that may fill, start and stop it.
   *
   * @throws UnsupportedOperationException if it may not
   */
  BufferStream producing() {
    if (rights != null && !rights.access().writes()) {
      throw new UnsupportedOperationException(
          "this client has opened stream "
              + stream.spec().name()
              + " to read it, and may not fill, start or stop it; ask its owner for a token with"
              + " access that writes");
    }
    return stream;
  }

  boolean isOwn() {
    return rights == null;
  }
}
