package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.samples.options.CommandLines;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  private static Options parse(String... args) {
    Options options = new Options();
    CommandLines.of(options).parseArgs(args);
    return options;
  }

  private static List<String> suites(Options options) {
    return options.suites().stream().map(Suite::name).toList();
  }

  @Test
  void withoutANameEverythingRuns() {
    Options options = parse();
    assertEquals(Suites.names(), suites(options));
    assertEquals(Form.full(), options.form());
  }

  @Test
  void namesAreRunInTheirOwnOrder() {
    Options options = parse("plan", "--quick", "map");
    assertEquals(List.of("map", "plan"), suites(options));
    assertEquals(Form.quick(), options.form());
  }

  @Test
  void roundsAreThoseAskedFor() {
    assertEquals(Form.quick().withRounds(7), parse("--runs", "7", "--quick").form());
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    for (String[] wrong :
        new String[][] {{"mop"}, {"--slow"}, {"--runs"}, {"--runs", "0"}, {"--runs", "many"}}) {
      assertThrows(ParameterException.class, () -> parse(wrong));
    }
  }
}
