package dev.dmabroker.samples.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

class CommandLinesTest {
  private final Sample sample = new Sample();
  private final CommandLine line = CommandLines.of(sample);

  @Command(name = "sample")
  private static final class Sample implements Callable<Integer> {
    @Mixin private final Options options = new Options();

    @Override
    public Integer call() {
      return 7;
    }
  }

  private enum Colour {
    RED,
    GREEN
  }

  private static final class Options {
    @Option(names = "--count", description = "how many")
    @Within(least = 2, most = 86_400)
    int count = 60;

    @Option(names = "--most", description = "at most")
    @Within(least = 0, most = 9)
    Optional<Integer> most = Optional.empty();

    @Option(names = "--speed", description = "how fast")
    @Within(least = 0.01, most = 100)
    double speed = 1;

    @Option(names = "--colour", description = "which")
    Colour colour = Colour.RED;

    @Option(names = "--word", converter = Words.class)
    List<String> words = List.of();
  }

  private static final class Words extends OneOf {
    Words() {
      super(List.of("one", "two"));
    }
  }

  @Test
  void defaultsAreThoseOfTheClass() {
    line.parseArgs();
    assertEquals(60, sample.options.count);
    assertEquals(Optional.empty(), sample.options.most);
    assertEquals(1, sample.options.speed);
  }

  @Test
  void numbersUpToTheirLimitsAreTaken() {
    line.parseArgs("--count", "86400", "--most=0", "--speed", "0.01");
    assertEquals(86_400, sample.options.count);
    assertEquals(Optional.of(0), sample.options.most);
    assertEquals(0.01, sample.options.speed);
  }

  @ParameterizedTest
  @CsvSource({
    "--count, 1, 2 to 86400",
    "--count, 86401, 2 to 86400",
    "--count, 2.5, 2 to 86400",
    "--count, many, 2 to 86400",
    "--count, 99999999999, 2 to 86400",
    "--most, 10, 0 to 9",
    "--speed, 0, 0.01 to 100",
    "--speed, NaN, 0.01 to 100",
  })
  void otherNumbersAreRefusedWithTheLimits(String option, String value, String limits) {
    ParameterException e =
        assertThrows(ParameterException.class, () -> line.parseArgs(option, value));
    assertEquals(
        "Invalid value for option '%s': wants %s, not %s".formatted(option, limits, value),
        e.getMessage());
  }

  @Test
  void wordsAreThoseOfTheList() {
    line.parseArgs("--word", "two", "--word", "one");
    assertEquals(List.of("two", "one"), sample.options.words);
    ParameterException e =
        assertThrows(ParameterException.class, () -> line.parseArgs("--word", "three"));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.endsWith("wants one of one, two, not three"), message);
  }

  @Test
  void namesOfEnumsAreWrittenInAnyCase() {
    line.parseArgs("--colour", "green");
    assertEquals(Colour.GREEN, sample.options.colour);
  }

  @Test
  void theHelpNamesLimitsAndDefaultsInTheOrderOfTheClass() {
    assertEquals(
        """
        Usage: sample [OPTIONS]
              --count=N           how many (2 to 86400, default 60)
              --most=N            at most (0 to 9)
              --speed=N           how fast (0.01 to 100, default 1.0)
              --colour=<colour>   which (default RED)
              --word=<words>
          -h, --help              prints this
        """,
        line.getUsageMessage());
  }

  @Test
  void theStatusIsThatOfTheCommand() {
    assertEquals(7, line.execute("--count", "2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--size 2", "--count", "--count 1", "word", "@file", "--count 2 --count 3"})
  void aWrongCommandLineHasStatusTwo(String words) {
    assertEquals(2, line.execute(words.split(" ", -1)));
  }
}
