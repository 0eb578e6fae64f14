package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.samples.pipeline.Options.Devices;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void withoutOptionsRealDevicesAreTakenIfThereAreAny() {
    assertEquals(new Options(60, Optional.empty(), Devices.AUTO), Options.parse());
  }

  @Test
  void optionsComeInAnyOrder() {
    assertEquals(
        new Options(12, Optional.of(Path.of("coded")), Devices.REAL),
        Options.parse("--devices", "real", "--file", "coded", "--frames", "12"));
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    for (String[] wrong :
        new String[][] {
          {"fast"}, {"--frames"}, {"--frames", "11"}, {"--frames", "many"}, {"--devices", "any"}
        }) {
      assertThrows(IllegalArgumentException.class, () -> Options.parse(wrong));
    }
  }
}
