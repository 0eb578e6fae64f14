package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.samples.options.CommandLines;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  private static int frames(String... args) {
    Options options = new Options();
    CommandLines.of(options).parseArgs(args);
    return options.frames;
  }

  @Test
  void framesAreAHundredUnlessSaidOtherwise() {
    assertEquals(100, frames());
    assertEquals(7, frames("--frames", "7"));
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    for (String[] wrong :
        new String[][] {
          {"7"}, {"--frames"}, {"--frames", "0"}, {"--frames", "many"}, {"--frames", "7", "8"}
        }) {
      assertThrows(ParameterException.class, () -> frames(wrong));
    }
  }
}
