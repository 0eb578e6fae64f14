package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static final List<String> NAMES = List.of("map", "move", "plan");

  @Test
  void withoutANameEverythingRuns() {
    assertEquals(new Options(NAMES, Form.full()), Options.parse(NAMES));
  }

  @Test
  void namesAreRunInTheirOwnOrder() {
    assertEquals(
        new Options(List.of("map", "plan"), Form.quick()),
        Options.parse(NAMES, "plan", "--quick", "map"));
  }

  @Test
  void roundsAreThoseAskedFor() {
    assertEquals(Form.quick().withRounds(7), Options.parse(NAMES, "--runs", "7", "--quick").form());
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    for (String[] wrong :
        new String[][] {{"mop"}, {"--slow"}, {"--runs"}, {"--runs", "0"}, {"--runs", "many"}}) {
      assertThrows(IllegalArgumentException.class, () -> Options.parse(NAMES, wrong));
    }
  }
}
