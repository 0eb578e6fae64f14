package dev.dmabroker.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spi.MemoryPressure.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPressureTest {
  @Test
  void sharesAreZeroToOne() {
    MemoryPressure most = new MemoryPressure(Scope.MACHINE, 1, 0);
    assertEquals(1, most.some());
    assertEquals(0, most.full());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
  void noOtherNumberIsAShare(double share) {
    assertEquals(
        "some must be 0 to 1, is " + share,
        assertThrows(
                IllegalArgumentException.class, () -> new MemoryPressure(Scope.CGROUP, share, 0))
            .getMessage());
    assertEquals(
        "full must be 0 to 1, is " + share,
        assertThrows(
                IllegalArgumentException.class, () -> new MemoryPressure(Scope.CGROUP, 0, share))
            .getMessage());
  }
}
