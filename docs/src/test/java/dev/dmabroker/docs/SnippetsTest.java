package dev.dmabroker.docs;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** All Java that the documents and the Javadoc show compiles, runs, and prints what they say. */
class SnippetsTest {
  /** Generous: the kernel lab's machine is emulated. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Begins a block of Java wherever it stands, also where Page would not look for it. */
  private static final Pattern JAVA =
      Pattern.compile("^[\\s>*-]*(?:`{3,}|~{3,}) *java\\b", Pattern.MULTILINE);

  private static final Pattern JAVADOC_JAVA = Pattern.compile("<pre>\\s*\\{@code");

  private static final Set<String> LANGUAGES =
      Set.of(
          "console",
          "groovy",
          "ini",
          "java",
          "json",
          "kotlin",
          "mermaid",
          "output",
          "promql",
          "properties",
          "c",
          "sh",
          "text",
          "xml",
          "yaml");

  private static final List<Path> FILES = Documents.pages();

  private static final List<Path> SOURCES =
      Documents.PUBLIC_PACKAGES.stream()
          .flatMap(folder -> Documents.sources(folder).stream())
          .toList();

  private final Path classes;

  SnippetsTest(@TempDir Path classes) {
    this.classes = classes;
  }

  private static Page page(Path file) {
    return Page.of(Documents.name(file), Documents.read(file));
  }

  private static Stream<Page> pages() {
    return Stream.concat(
        FILES.stream().map(SnippetsTest::page),
        SOURCES.stream().flatMap(file -> JavadocComments.pages(file).stream()));
  }

  @TestFactory
  Stream<DynamicTest> everyProgramCompilesAndRuns() {
    return pages()
        .flatMap(page -> page.programs().stream())
        .map(
            program ->
                DynamicTest.dynamicTest(
                    program.title(), () -> assertTimeoutPreemptively(LIMIT, () -> check(program))));
  }

  private void check(Program program) throws Exception {
    Path folder = Files.createTempDirectory(classes, "shown");
    program.compile(folder);
    if (program.onlyCompiles().isPresent()) {
      return;
    }
    program
        .needs()
        .ifPresent(
            path ->
                assumeTrue(
                    Files.exists(path), () -> program.title() + " needs " + path + " to run"));
    String unused = program.run(folder);
  }

  /** A page whose blocks are not found would pass all other tests. */
  @Test
  void everyBlockOfJavaIsFound() {
    for (Path file : FILES) {
      assertEquals(
          JAVA.matcher(Documents.read(file)).results().count(),
          page(file).shownBlocks(),
          () -> "blocks of Java that are found in " + Documents.name(file));
    }
    for (Path file : SOURCES) {
      assertEquals(
          JAVADOC_JAVA.matcher(Documents.read(file)).results().count(),
          JavadocComments.pages(file).stream().mapToLong(Page::shownBlocks).sum(),
          () -> "blocks of Java that are found in " + Documents.name(file));
    }
  }

  @Test
  void thereAreAsManyAsThePagesSay() {
    List<Page> all = pages().filter(page -> !page.programs().isEmpty()).toList();
    System.out.println(
        all.stream()
            .map(
                page ->
                    "%s: %d blocks in %d programs"
                        .formatted(page.name(), page.shownBlocks(), page.programs().size()))
            .collect(joining("\n")));
    List<String> notRun =
        all.stream()
            .flatMap(page -> page.programs().stream())
            .filter(program -> program.onlyCompiles().isPresent())
            .map(program -> program.title() + ": " + program.onlyCompiles().orElseThrow())
            .toList();
    System.out.printf(
        "%d blocks in all; programs that are compiled and not run: %s%n",
        all.stream().mapToLong(Page::shownBlocks).sum(), notRun);
    assertTrue(
        all.stream().anyMatch(page -> page.name().equals("README.md")), "the README has none");
  }

  @Test
  void everyPageOfTheGuideHasJavaOrSaysThatItHasNone() {
    for (Path file : FILES) {
      Page page = page(file);
      if (page.name().startsWith("docs/guide/")) {
        assertEquals(page.withoutJava(), page.programs().isEmpty(), page.name());
      }
    }
  }

  /** A block of Java without its language would not be compiled. */
  @Test
  void everyFenceForReadersNamesItsLanguage() {
    for (Path file : FILES) {
      Page page = page(file);
      if (page.name().equals("README.md") || page.name().startsWith("docs/guide/")) {
        assertTrue(LANGUAGES.containsAll(page.fences()), () -> page.name() + ": " + page.fences());
      }
    }
  }
}
