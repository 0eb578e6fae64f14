package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteStreamStopTest extends StreamStopTest {
  @Override
  @Test
  @Disabled("a client that closes ends its connection, and waits for no mapping of others")
  void closingTheBrokerEndsStreams() {}

  @Override
  @Test
  @Disabled("the service does not know of views in another process")
  void whatTheCpuStillWritesToIsReturnedWhenItHasDone() {}

  @Override
  @Test
  @Disabled("a client is not told of a stop before it submits the frame")
  void stoppingEndsWhoWaits() {}

  @Override
  @Test
  @Disabled("a client is not told of a stop before it submits the frame")
  void stopReturnsEveryBufferAndFreesNothing() {}

  @Override
  @Test
  @Disabled("a frame is released by a message that is not waited for")
  void aConsumerThatNeverReleasesIsNamedAndKeepsItsFrame() {}

  @Override
  @Test
  @Disabled("a stream that its client has closed is gone, and has no state")
  void closingEndsEverything() {}
}
