package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteStreamSizeTest extends StreamSizeTest {
  @Override
  @Test
  @Disabled("causes of exceptions do not cross")
  void growsUntilTheHeapsSayNoWhichIsNoFailure() {}
}
