package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  @Test
  void bothLanguagesDoEqualWork() {
    assumeTrue(Programs.onPath("cc").isPresent(), "needs a C compiler");
    assertEquals(results(Calibration.inC(12_345)), results(Calibration.inJava(12_345)));
  }

  private static Map<String, Long> results(Map<String, Calibration.Timed> timed) {
    return timed.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().result()));
  }
}
