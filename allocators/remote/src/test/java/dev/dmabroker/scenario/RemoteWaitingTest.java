package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteWaitingTest extends WaitingTest {
  @Override
  @Test
  @Disabled("a client that closes ends its connection, and waits for no mapping of others")
  void closingTheBrokerEndsEveryWaitAndSaysWhatIsOut() {}
}
