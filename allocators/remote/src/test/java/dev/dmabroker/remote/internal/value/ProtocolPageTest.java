package dev.dmabroker.remote.internal.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.remote.internal.page.PageWord;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/remote.md says what the code and docs/remote.proto say. */
class ProtocolPageTest {
  private static final Path HERE =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
  private static final Path DOCS = HERE.resolve("../../docs");
  private static final String PAGE = text(DOCS.resolve("remote.md"));
  private static final String PROTOCOL = text(DOCS.resolve("remote.proto"));

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The cells of each row of the table whose heading begins so. */
  private static List<List<String>> table(String heading) {
    int at = PAGE.indexOf("| " + heading);
    assertTrue(at >= 0, "a table with the heading " + heading);
    List<List<String>> rows = new ArrayList<>();
    for (String line : PAGE.substring(at).lines().skip(2).toList()) {
      if (!line.startsWith("|")) {
        break;
      }
      rows.add(Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList());
    }
    return rows;
  }

  private static Set<String> matches(String regex, String text) {
    return Pattern.compile(regex)
        .matcher(text)
        .results()
        .map(it -> it.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What stands in code style. */
  private static Set<String> named(String text) {
    return matches("`([^`]+)`", text);
  }

  private static <E extends Enum<E>> Set<String> names(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(Enum::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> labels(Set<ConstraintField> fields) {
    return fields.stream()
        .map(ConstraintField::label)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theFieldsOfConstraintsAreThoseOfTheCode() {
    Set<String> written = new TreeSet<>();
    for (List<String> row : table("field | form")) {
      written.add(row.get(0) + " " + row.get(1));
    }
    Set<String> known = new TreeSet<>();
    for (ConstraintField field : ConstraintFields.all()) {
      String form = ConstraintFields.form(field).name().toLowerCase(Locale.ROOT);
      known.add("`" + field.label() + "` " + form);
    }
    assertEquals(known, written);
    assertEquals(labels(PictureFields.all()), firstNames("field of pictures"));
  }

  private static Set<String> firstNames(String heading) {
    Set<String> all = new TreeSet<>();
    table(heading).forEach(row -> all.addAll(named(row.get(0))));
    return all;
  }

  @Test
  void theNamesOfValuesAreThoseOfTheCode() {
    assertEquals(names(Usage.class), after("`usages` are names"));
    assertEquals(names(Trait.Basis.class), after("with how it is known:"));
    assertEquals(names(ColorSpace.class), after("Colour spaces:"));
    for (List<String> row : table("field | form")) {
      switch (row.get(0)) {
        case "`coherency`" -> assertEquals(names(Coherency.class), named(row.get(2)));
        case "`caching`" -> assertEquals(names(Caching.class), named(row.get(2)));
        case "`speed`" -> assertEquals(names(MemorySpeed.class), named(row.get(2)));
        default -> {}
      }
    }
  }

  /** What stands in code style between a text and the end of its sentence. */
  private static Set<String> after(String text) {
    int at = PAGE.indexOf(text);
    assertTrue(at >= 0, text);
    Set<String> all = named(PAGE.substring(at, PAGE.indexOf(".\n", at)));
    all.remove("usages");
    return all;
  }

  @Test
  void theFormatsAreThoseOfTheCode() {
    List<List<String>> pictures = new ArrayList<>();
    for (PixelFormat format : PixelFormat.values()) {
      String v4l2 = code(format.v4l2Code());
      int planar = format.v4l2MultiPlanarCode().orElse(format.v4l2Code());
      v4l2 += planar == format.v4l2Code() ? "" : ", " + code(planar);
      pictures.add(List.of("`" + format.name() + "`", v4l2, code(format.drmCode())));
    }
    assertEquals(pictures, table("name | V4L2 code | DRM code |"));
    List<List<String>> compressed = new ArrayList<>();
    for (CompressedFormat format : CompressedFormat.values()) {
      compressed.add(List.of("`" + format.name() + "`", code(format.v4l2Code())));
    }
    assertEquals(compressed, table("name | V4L2 code |\n"));
  }

  private static String code(int fourCharacters) {
    StringBuilder text = new StringBuilder();
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      text.append((char) (fourCharacters >>> shift & 0x7f));
    }
    return "`" + text.toString().strip() + "`";
  }

  @Test
  void theFailuresAreThoseThatTheClientKnows() {
    String source =
        text(HERE.resolve("src/main/java/dev/dmabroker/remote/internal/value/Failures.java"));
    Set<String> known = matches("\"(\\w+Exception)\"", source);
    assertEquals(known, firstNames("kind |"));
  }

  @Test
  void eachMessageIsExplained() {
    Set<String> bodies = new TreeSet<>();
    Matcher envelopes =
        Pattern.compile("^message To(Service|Client) \\{.*?^}", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(PROTOCOL);
    while (envelopes.find()) {
      bodies.addAll(matches("(?m)^    ([A-Z]\\w+) \\w+ = \\d+;", envelopes.group()));
    }
    assertTrue(bodies.size() > 60, bodies::toString);
    bodies.removeIf(each -> Pattern.compile("\\b" + each + "\\b").matcher(PAGE).find());
    assertEquals(Set.of(), bodies, "not on the page");
  }

  @Test
  void theLimitsAreThoseOfTheMessage() {
    Matcher limits =
        Pattern.compile("^message Limits \\{.*?^}", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(PROTOCOL);
    assertTrue(limits.find());
    assertEquals(matches("uint\\d\\d (\\w+) =", limits.group()), firstNames("limit |"));
    assertTrue(PAGE.contains("%,d bytes".formatted(PacketSocket.MOST_BYTES)));
    assertTrue(PAGE.contains("at most " + PacketSocket.MOST_DESCRIPTORS + " descriptors"));
  }

  @Test
  void theWordIsThatOfTheCode() {
    assertEquals(1, PageWord.OPEN);
    assertEquals(2, PageWord.RING);
    assertEquals(1L << 32, PageWord.ONE);
    assertEquals(1L << 48, PageWord.OWN);
    assertEquals(8 << 2 | 1, PageWord.open(8));
    assertTrue(PAGE.contains("`tag << 2 | 1`"));
  }
}
