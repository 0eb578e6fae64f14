package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ModesTest {
  @Test
  void framesAreAHundredUnlessSaidOtherwise() {
    assertEquals(100, Modes.frames());
    assertEquals(7, Modes.frames("--frames", "7"));
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    for (String[] wrong :
        new String[][] {
          {"7"}, {"--frames"}, {"--frames", "0"}, {"--frames", "many"}, {"--frames", "7", "8"}
        }) {
      assertThrows(IllegalArgumentException.class, () -> Modes.frames(wrong));
    }
  }
}
