package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteColorSpaceChoiceTest extends ColorSpaceChoiceTest {
  @Override
  @Test
  @Disabled("adopted memory does not cross")
  void memoryOfAnotherColorSpaceIsNoMatch() {}
}
