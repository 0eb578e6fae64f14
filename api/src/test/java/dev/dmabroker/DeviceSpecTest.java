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
    DeviceSpec spec = DeviceSpec.builder("camera").build();
    assertEquals("camera", spec.name());
    assertEquals(Constraints.none(), spec.constraints());
    assertEquals(Access.READ_WRITE, spec.access());
    assertEquals(Optional.empty(), spec.longestHold());
    assertEquals("camera(none)", spec.toString());
  }

  @Test
  void aBuilderOfASpecKeepsTheRest() {
    Constraints contiguous = Constraints.builder().contiguous().build();
    DeviceSpec plain = DeviceSpec.builder("display").build();
    DeviceSpec all =
        plain.toBuilder()
            .constraints(contiguous)
            .access(Access.READ)
            .longestHold(Duration.ofMillis(16))
            .build();
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
        all.toBuilder().longestHold(Duration.ofMillis(20)).build().longestHold(),
        "the last one counts");
  }

  @Test
  void aSpecIsATemplateForAnother() {
    DeviceSpec camera =
        DeviceSpec.builder("camera")
            .alternatives(Constraints.builder().contiguous().build(), Constraints.none())
            .access(Access.WRITE)
            .longestHold(Duration.ofMillis(16))
            .dispensable()
            .group("cameras")
            .explicitSync()
            .build();
    DeviceSpec other = camera.toBuilder().name("camera-2").build();
    assertEquals("camera-2", other.name());
    assertEquals(camera.alternatives(), other.alternatives());
    assertEquals(Access.WRITE, other.access());
    assertEquals(camera.longestHold(), other.longestHold());
    assertTrue(other.isDispensable());
    assertTrue(other.usesExplicitSync());
    assertEquals(Optional.of("cameras"), other.group());
    assertEquals("camera", camera.name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void aNameIsNotBlank(String name) {
    var failure =
        assertThrows(IllegalArgumentException.class, () -> DeviceSpec.builder(name).build());
    assertEquals("a device's name must not be blank", failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void theLongestHoldIsPositive(long seconds) {
    DeviceSpec.Builder spec = DeviceSpec.builder("camera");
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> spec.longestHold(Duration.ofSeconds(seconds)));
    assertTrue(
        String.valueOf(failure.getMessage()).startsWith("longestHold must be positive, is PT"),
        failure::getMessage);
  }
}
