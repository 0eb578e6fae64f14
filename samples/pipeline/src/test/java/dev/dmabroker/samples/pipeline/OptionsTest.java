package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.samples.common.DeviceChoice;
import dev.dmabroker.samples.options.CommandLines;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  private final Options options = new Options();

  private void parse(String... args) {
    CommandLines.of(options).parseArgs(args);
  }

  @Test
  void withoutOptionsRealDevicesAreTakenIfThereAreAny() {
    parse();
    assertEquals(60, options.frames);
    assertEquals(Optional.empty(), options.file);
    assertEquals(DeviceChoice.AUTO, options.devices);
  }

  @Test
  void optionsComeInAnyOrder() {
    parse("--devices", "real", "--file", "coded", "--frames", "12");
    assertEquals(12, options.frames);
    assertEquals(Optional.of(Path.of("coded")), options.file);
    assertEquals(DeviceChoice.REAL, options.devices);
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    for (String[] wrong :
        new String[][] {
          {"fast"}, {"--frames"}, {"--frames", "11"}, {"--frames", "many"}, {"--devices", "any"}
        }) {
      assertThrows(ParameterException.class, () -> parse(wrong));
    }
  }
}
