package dev.dmabroker.samples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.samples.options.CommandLines;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  private static Options parse(String... args) {
    Options options = new Options();
    CommandLines.of(options).parseArgs(args);
    return options;
  }

  @Test
  void listensOnLoopbackAndChangesNothingUnlessTold() {
    Options options = parse();
    assertEquals("127.0.0.1", options.address);
    assertFalse(options.control);
    assertEquals(Set.of(), options.names());
  }

  @Test
  void theDisplayComesByItselfUnlessThePageControlsIt() {
    assertTrue(parse().everySeconds() > 0);
    assertEquals(0, parse("--control").everySeconds());
    assertEquals(7, parse("--control", "--every", "7").everySeconds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--port", "--port x", "--port 65536", "--buffers 0", "--colour red"})
  void saysWhatIsWrong(String line) {
    assertThrows(ParameterException.class, () -> parse(line.split(" ", -1)));
  }
}
