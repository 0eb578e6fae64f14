package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteProbingTest extends ProbingTest {
  @Override
  @Test
  @Disabled("what a probe throws as it is asked for a sample is the application's")
  void aProbeThatGivesNoSampleTeachesNothingOfAnyHeap() {}
}
