package dev.dmabroker.docs;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dmabroker.BrokerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * docs/guide/troubleshooting.md has every exception, with messages that the library really says.
 */
class TroubleshootingTest {
  private static final String PAGE =
      Documents.read(Documents.TOP.resolve("docs/guide/troubleshooting.md"));

  private static final Pattern SECTION =
      Pattern.compile("^### `(\\w+)`\\n(.*?)(?=^##)", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern MESSAGE = Pattern.compile("(?ms)^```text\\n(.*?)\\n```");

  private static final Pattern TRYING_AGAIN = Pattern.compile("\\*\\*Trying again\\*\\* (.*)\\.");

  /** The first cell of a row, in code style. */
  private static final Pattern ROW = Pattern.compile("^\\| `([^`]*)` \\|", Pattern.MULTILINE);

  /** How far a search has come while a message was made, which differs from run to run. */
  private static final Pattern PROGRESS =
      Pattern.compile(
          "; (?:heap [\\w-]+ has not answered|no worker has been free|memory has been sought"
              + "|room is being made in heap [\\w-]+|it waits for heap [^;]*) for 0 ms");

  /** What is logged for people to act on: its text begins with a literal. */
  private static final Pattern LOGGED =
      Pattern.compile("\\.log\\(\\s*Level\\.(?:WARNING|ERROR),\\s*\"([^\"]*)\"");

  private static List<MatchResult> sections() {
    return SECTION.matcher(PAGE).results().toList();
  }

  private static List<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  @Test
  void everyPublicExceptionHasASection() {
    Set<String> classes =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.dmabroker")
                .stream()
                .filter(type -> type.isAssignableTo(Throwable.class))
                .filter(TroubleshootingTest::isForApplications)
                .map(JavaClass::getSimpleName)
                .collect(toCollection(TreeSet::new));
    assertEquals(
        classes,
        sections().stream().map(each -> each.group(1)).collect(toCollection(TreeSet::new)));
    assertEquals(
        classes,
        Failures.ALL.keySet().stream()
            .map(Class::getSimpleName)
            .collect(toCollection(TreeSet::new)));
  }

  private static boolean isForApplications(JavaClass type) {
    String name = type.getPackageName();
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && !type.getModifiers().contains(JavaModifier.ABSTRACT)
        && Stream.of(".internal", ".samples", ".docs", ".linux").noneMatch(name::contains);
  }

  @TestFactory
  Stream<DynamicTest> everyMessageIsSaid() {
    return sections().stream()
        .map(section -> DynamicTest.dynamicTest(section.group(1), () -> compare(section)));
  }

  private static void compare(MatchResult section) throws Exception {
    Map.Entry<Class<? extends Exception>, Failures.Provocation> failure =
        Failures.ALL.entrySet().stream()
            .filter(each -> each.getKey().getSimpleName().equals(section.group(1)))
            .findFirst()
            .orElseThrow();
    List<String> shown =
        all(MESSAGE, section.group(2)).stream().map(each -> plain(each.group(1))).toList();
    try (Failures scene = new Failures()) {
      List<? extends Exception> failures = failure.getValue().of(scene);
      assertEquals(
          shown, failures.stream().map(each -> plain(String.valueOf(each.getMessage()))).toList());
      if (BrokerException.class.isAssignableFrom(failure.getKey())) {
        Matcher tryingAgain = TRYING_AGAIN.matcher(section.group(2));
        assertTrue(tryingAgain.find(), "the page does not say whether to try again");
        assertEquals(advice(failures), tryingAgain.group(1));
      }
    }
  }

  private static String advice(List<? extends Exception> failures) {
    if (failures.stream().allMatch(Failures::isTransient)) {
      return "can help";
    }
    return failures.stream().anyMatch(Failures::isTransient) ? "sometimes helps" : "does not help";
  }

  /** Without what differs from run to run. */
  private static String plain(String message) {
    String numbered =
        message.replaceAll("\\d[\\d.,]*", "0").replaceAll("state=[A-Z]+", "state=STATE");
    return PROGRESS.matcher(numbered).replaceAll("");
  }

  private static String sources() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String module :
        List.of(
            "api",
            "allocators",
            "allocators/devices",
            "allocators/gstreamer",
            "heuristics",
            "metrics",
            "allocators/remote")) {
      try (Stream<Path> files = Files.walk(Documents.TOP.resolve(module + "/src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> text.append(Documents.read(file)));
      }
    }
    // A literal that is continued on the next line is one.
    return text.toString().replaceAll("\"\\s*\\+ \"", "");
  }

  @Test
  void everyLineAndReasonIsWrittenBySomeCode() throws IOException {
    String sources = sources();
    List<String> unknown = new ArrayList<>();
    List<MatchResult> rows = all(ROW, PAGE);
    for (MatchResult row : rows) {
      Splitter.on('…')
          .splitToStream(row.group(1))
          .filter(part -> !sources.contains(part))
          .forEach(part -> unknown.add(row.group(1) + ": " + part));
    }
    assertEquals(List.of(), unknown);
    assertTrue(rows.size() > 20, "few rows are found: " + rows.size());
  }

  @Test
  void everyWarningIsOnThePage() throws IOException {
    List<String> missing =
        all(LOGGED, sources()).stream()
            .map(each -> each.group(1))
            .filter(
                literal ->
                    all(ROW, PAGE).stream()
                        .noneMatch(
                            row ->
                                row.group(1).startsWith(literal.strip())
                                    || literal.startsWith(row.group(1))))
            .toList();
    assertEquals(List.of(), missing);
  }
}
