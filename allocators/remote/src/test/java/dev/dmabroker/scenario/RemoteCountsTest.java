package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteCountsTest extends CountsTest {
  @Override
  @ParameterizedTest
  @ValueSource(ints = 0)
  @Disabled("the limit is the client's, and its text says so")
  void aSetOfTooFewOrTooManyIsRefused(int count) {}
}
