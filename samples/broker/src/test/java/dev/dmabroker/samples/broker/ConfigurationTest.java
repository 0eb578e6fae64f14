package dev.dmabroker.samples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.remote.ClientRight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  private static Configuration of(String... lines) throws ConfigurationException {
    return Configuration.of(ConfigurationFile.parse("test.conf", List.of(lines)));
  }

  private static String refusal(String... lines) {
    return String.valueOf(assertThrows(ConfigurationException.class, () -> of(lines)).getMessage());
  }

  @Test
  void valuesOfTheFileCountAndKeepTheirPlace() throws Exception {
    Configuration read =
        of(
            "# a comment",
            "[service]",
            "http-port = 0",
            "",
            "; another",
            "[heaps]",
            "  allow = system ,cma",
            "[deadlines]",
            "map-timeout=250 ms",
            "[limits]",
            "memory = 256 MiB",
            "rights = export, watch-all");
    assertEquals(OptionalInt.of(0), read.get(Key.HTTP_PORT));
    assertEquals(List.of("system", "cma"), read.get(Key.HEAPS));
    assertEquals(Duration.ofMillis(250), read.get(Key.MAP_TIMEOUT));
    assertEquals(256L << 20, read.get(Key.MEMORY));
    assertEquals(Set.of(ClientRight.EXPORT, ClientRight.WATCH_ALL), read.get(Key.RIGHTS));
    assertEquals("test.conf:7", read.setting(Key.HEAPS).origin());
    assertEquals("default", read.setting(Key.STREAMS).origin());
  }

  @Test
  void aSectionOfClientsHasTheGeneralLimitsWhereItSetsNone() throws Exception {
    Configuration read =
        of("[limits]", "buffers = 7", "memory = 1 GiB", "[group video]", "memory = 2 GiB");
    ClientSection video = read.clients().get(0);
    assertEquals("group video", video.title());
    assertEquals(2L << 30, read.get(Key.MEMORY, video));
    assertEquals(7, read.get(Key.BUFFERS, video));
    assertEquals(1L << 30, read.get(Key.MEMORY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          memroy = 1 GiB   | test.conf:2: [limits] has no key 'memroy'; did you mean 'memory'?
          Buffers = 1      | test.conf:2: [limits] has no key 'Buffers'; did you mean 'buffers'?
          allow = all      | test.conf:2: [limits] has no key 'allow'; it belongs to [heaps]
          memory = 5       | test.conf:2: 'memory' of [limits] wants an amount of memory, such as 256 MiB or 1 GiB, not '5'
          memory = 0 MiB   | test.conf:2: 'memory' of [limits] wants an amount of memory, such as 256 MiB or 1 GiB, not '0 MiB'
          memory = 99999999999 TiB | test.conf:2: 'memory' of [limits] wants an amount of memory, such as 256 MiB or 1 GiB, not '99999999999 TiB'
          longest-hold = 5 | test.conf:2: 'longest-hold' of [limits] wants a time, such as 500 ms, 5 s or 2 min, not '5'
          buffers = -1     | test.conf:2: 'buffers' of [limits] wants a number from 1, not '-1'
          rights = exprot  | test.conf:2: 'rights' of [limits] has no right 'exprot'; did you mean 'export'?, not 'exprot'
          buffers          | test.conf:2: 'buffers' is neither 'key = value', a [section] nor a # comment
          [user]           | test.conf:2: [user] lacks a name, as in [user video]
          [limit]          | test.conf:2: there is no section [limit]; did you mean 'limits'?
          [limits]         | test.conf:2: [limits] is there already, in line 1
          [heaps           | test.conf:2: the section '[heaps' lacks its closing bracket
          """)
  void whatIsWrongIsNamedWithItsLine(String line, String expected) {
    assertEquals(expected, refusal("[limits]", line));
  }

  @Test
  void aKeyIsSetOnceAndInASection() {
    assertEquals(
        "test.conf:1: 'memory = 1 GiB' stands before the first [section]",
        refusal("memory = 1 GiB", "[limits]"));
    assertEquals(
        "test.conf:3: 'buffers' is set already, in line 2",
        refusal("[limits]", "buffers = 1", "buffers = 2"));
  }

  @Test
  void aWordThatIsNearNothingGetsTheListOfWhatThereIs() {
    assertEquals(
        "test.conf:2: [heaps] has no key 'xyzzy'; known are allow, stand-ins, watch",
        refusal("[heaps]", "xyzzy = 1"));
  }

  @Test
  void aFileThatIsNotThereOrNoTextIsNamed(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing.conf");
    assertEquals(
        "there is no file " + missing,
        assertThrows(ConfigurationException.class, () -> ConfigurationFile.read(missing))
            .getMessage());
    Path noText = Files.write(folder.resolve("bytes.conf"), new byte[] {(byte) 0xff, 1});
    assertEquals(
        noText + " is no text in UTF-8",
        assertThrows(ConfigurationException.class, () -> ConfigurationFile.read(noText))
            .getMessage());
  }

  @Test
  void whatIsPrintedGivesTheConfigurationAgain() throws Exception {
    Configuration first =
        of("[heaps]", "allow = cma", "[user camera]", "memory = 1 GiB", "trust-group = video");
    first.set(Key.HTTP_PORT, "9842", "--http-port");
    String printed = ConfigurationPrinter.effective(first);
    assertTrue(printed.contains("# from: --http-port\nhttp-port = 9842\n"), printed);
    assertTrue(printed.contains("# from: test.conf:2\nallow = cma\n"), printed);
    assertTrue(printed.contains("# from: test.conf:3\n[user camera]\n"), printed);
    Configuration second = of(printed.split("\n"));
    for (Key<?> key : Key.ALL) {
      assertEquals(first.get(key), second.get(key), key::toString);
    }
    assertEquals("user camera", second.clients().get(0).title());
    assertEquals("video", second.get(Key.TRUST_GROUP, second.clients().get(0)));
  }

  @Test
  void theFileThatIsInstalledIsTheTemplateAndChangesNothing() throws Exception {
    String installed = Files.readString(Path.of("dist/dmabroker.conf"));
    assertEquals(ConfigurationPrinter.template(), installed);
    Configuration read = of(installed.split("\n"));
    assertTrue(read.clients().isEmpty());
    Key.ALL.forEach(key -> assertEquals("default", read.setting(key).origin(), key::toString));
    // What is commented out can be switched on as it stands.
    Configuration on = of(installed.replaceAll("(?m)^#(?=\\S)", "").split("\n"));
    Key.ALL.forEach(key -> assertFalse(on.setting(key).isStandard(), key::toString));
    assertEquals(2, on.clients().size());
  }
}
