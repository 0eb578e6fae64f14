package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;

class RemoteStreamStressTest extends StreamStressTest {
  /** A stream that its client has closed is gone, and tells nothing. */
  @Override
  void checkClosed(BufferStream closed) {
    assertThrows(ClosedException.class, closed::snapshot);
  }
}
