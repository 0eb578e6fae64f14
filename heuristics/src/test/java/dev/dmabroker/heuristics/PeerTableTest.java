package dev.dmabroker.heuristics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.heuristics.PeerTableException.Malformed;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerTableTest {

  private static PeerTableException malformed(String text) {
    return assertThrows(PeerTableException.class, () -> PeerTable.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nothing", "  \t # allow a b\r\n", "refuse a b"})
  void whatIsNotAllowedIsRefused(String text) {
    assertFalse(PeerTable.parse(text).allows("a", "b"));
  }

  @Test
  void aRuleHoldsInOneDirection() {
    PeerTable table = PeerTable.parse("allow camera gpu");
    assertTrue(table.allows("camera", "gpu"));
    assertFalse(table.allows("gpu", "camera"));
    assertFalse(table.allows("camera", "gpu1"));
    assertFalse(table.allows("camera1", "gpu"));
    assertFalse(table.allows("Camera", "gpu"));
  }

  @Test
  void theLastRuleThatMatchesCounts() {
    PeerTable table =
        PeerTable.parse(
            """
            allow  capture*  gpu0
            refuse capture3  gpu0   # but for this one
            refuse * gpu1
            allow capture1 *
            """);
    assertTrue(table.allows("capture2", "gpu0"));
    assertFalse(table.allows("capture3", "gpu0"));
    assertFalse(table.allows("capture2", "gpu1"));
    assertTrue(table.allows("capture1", "gpu1"));
    assertTrue(table.allows("capture1", "anything"));
  }

  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "cam*, cam, true",
    "cam*, camera, true",
    "cam*, ca, false",
    "cam*, a cam, false",
    "cam#1, cam#1, true"
  })
  void aStarStandsForAnyEnd(String pattern, String name, boolean matches) {
    assertEquals(matches, PeerTable.parse("allow " + pattern + " gpu").allows(name, "gpu"));
    assertEquals(matches, PeerTable.parse("allow gpu " + pattern).allows("gpu", name));
  }

  @Test
  void blanksTabsAndLineEndsDoNotMatter() {
    PeerTable table = PeerTable.parse("\tallow\t a  b \r\nallow c d #e\rallow f g");
    assertTrue(table.allows("a", "b"));
    assertTrue(table.allows("c", "d"));
    assertTrue(table.allows("f", "g"));
    assertEquals("[allow a b, allow c d, allow f g]", table.toString());
  }

  @Test
  void everyMalformedLineIsNamed() {
    PeerTableException thrown =
        malformed(
            """
            # fine
            alow camera gpu
            allow camera gpu

            allow camera
            refuse a b c # d
            allow cam*ra gpu
            ALLOW a b
            refuse
            """);
    assertEquals(
        List.of(
            new Malformed(2, "alow camera gpu", "begins with neither allow nor refuse"),
            new Malformed(5, "allow camera", "needs two names after allow, has 1"),
            new Malformed(6, "refuse a b c # d", "needs two names after refuse, has 3"),
            new Malformed(7, "allow cam*ra gpu", "may have a * at the end of a name only"),
            new Malformed(8, "ALLOW a b", "begins with neither allow nor refuse"),
            new Malformed(9, "refuse", "needs two names after refuse, has 0")),
        thrown.malformed());
    assertTrue(
        String.valueOf(thrown.getMessage())
            .startsWith(
                "the peer table has 6 malformed line(s): line 2, \"alow camera gpu\", begins with"),
        thrown::toString);
  }

  @Test
  void theMessageStaysReadableWhateverIsRead() {
    PeerTableException thrown = malformed("nonsense\n".repeat(1000));
    assertEquals(1000, thrown.malformed().size());
    assertEquals(1000, thrown.malformed().get(999).line());
    assertTrue(String.valueOf(thrown.getMessage()).length() < 1000);
    assertTrue(String.valueOf(thrown.getMessage()).endsWith("; and more"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"allow ** a", "allow a *b", "allow a b*c*"})
  void starsElsewhereAreRefused(String line) {
    assertEquals(1, malformed(line).malformed().get(0).line());
  }

  @Test
  void readersAreReadToTheirEndAndStayOpen() throws Exception {
    Reader reader = new StringReader("allow a b\nallow c d");
    PeerTable table = PeerTable.parse(reader);
    assertTrue(table.allows("c", "d"));
    assertEquals(-1, reader.read(), "not closed");
    IOException failure = new IOException("unplugged");
    Reader broken =
        new Reader() {
          @Override
          public int read(char[] buffer, int offset, int length) throws IOException {
            throw failure;
          }

          @Override
          public void close() {}
        };
    assertSame(failure, assertThrows(IOException.class, () -> PeerTable.parse(broken)));
  }

  @Test
  void filesAreNamedInErrors(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("peers");
    Files.writeString(file, "allow kamera-ä gpu\n");
    assertTrue(PeerTable.load(file).allows("kamera-ä", "gpu"));
    Files.writeString(file, "allow\n");
    var thrown = assertThrows(PeerTableException.class, () -> PeerTable.load(file));
    assertTrue(String.valueOf(thrown.getMessage()).contains(file.toString()), thrown::toString);
    Files.write(file, new byte[] {(byte) 0xff});
    assertThrows(MalformedInputException.class, () -> PeerTable.load(file));
    assertThrows(NoSuchFileException.class, () -> PeerTable.load(folder.resolve("none")));
  }

  @Test
  @SuppressWarnings("NullAway") // On purpose.
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> PeerTable.parse((String) null));
    assertThrows(NullPointerException.class, () -> PeerTable.parse((Reader) null));
    assertThrows(NullPointerException.class, () -> PeerTable.load(null));
  }
}
