package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteMoveTest extends MoveTest {
  @Override
  @Test
  @Disabled("listeners in place do not cross")
  void listenersAreCalledWithoutALockAndMayThrowOrCallBack() {}

  @Override
  @Test
  @Disabled("listeners in place do not cross")
  void theBrokersListenersAreToldUntilTheirSubscriptionIsClosed() {}

  @Override
  @Test
  @Disabled("a word of the page counts the uses of one lease")
  void theErrorNamesWhoHeldUpTheMove() {}

  @Override
  @Test
  @Disabled("the scenario takes a thread that waits for one whose request has been served")
  void aDeviceThatAttachesDuringTheCopyCausesAnotherMove() {}

  @Override
  @Test
  @Disabled("the scenario takes a thread that waits for one whose request has been served")
  void aMapThatIsNotServedInTimeSaysWhoHoldsWhat() {}
}
