package dev.dmabroker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceSpecTest {

  @Test
  void asksForNothingAndMayDoAllUnlessToldOtherwise() {
    DeviceSpec spec = DeviceSpec.named("camera");
    assertEquals("camera", spec.name());
    assertEquals(Constraints.none(), spec.constraints());
    assertEquals(Access.READ_WRITE, spec.access());
    assertEquals(Optional.empty(), spec.longestHold());
    assertEquals("camera(none)", spec.toString());
  }

  @Test
  void eachChangeIsACopyThatKeepsTheRest() {
    Constraints contiguous = Constraints.builder().contiguous().build();
    DeviceSpec plain = DeviceSpec.named("display");
    DeviceSpec all =
        plain.constraints(contiguous).access(Access.READ).longestHold(Duration.ofMillis(16));
    assertEquals("display", all.name());
    assertEquals(contiguous, all.constraints());
    assertEquals(Access.READ, all.access());
    assertEquals(Optional.of(Duration.ofMillis(16)), all.longestHold());
    assertEquals("display(contiguous)", all.toString());
    assertEquals(Constraints.none(), plain.constraints());
    assertEquals(Access.READ_WRITE, plain.access());
    assertEquals(Optional.empty(), plain.longestHold());
    assertEquals(
        Optional.of(Duration.ofMillis(20)),
        all.longestHold(Duration.ofMillis(20)).longestHold(),
        "the last one counts");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void aNameIsNotBlank(String name) {
    var failure = assertThrows(IllegalArgumentException.class, () -> DeviceSpec.named(name));
    assertEquals("a device's name must not be blank", failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void theLongestHoldIsPositive(long seconds) {
    DeviceSpec spec = DeviceSpec.named("camera");
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> spec.longestHold(Duration.ofSeconds(seconds)));
    assertTrue(
        String.valueOf(failure.getMessage()).startsWith("longestHold must be positive, is PT"),
        failure::getMessage);
  }
}
