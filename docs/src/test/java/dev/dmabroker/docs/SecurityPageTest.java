package dev.dmabroker.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests by which docs/SECURITY.md shows what it says are there. */
class SecurityPageTest {
  /** A test class in backticks, or a method of one. */
  private static final Pattern TEST = Pattern.compile("`(\\w+Test|HeapContract)(?:\\.(\\w+))?`");

  @Test
  void eachTestThatItNamesIsThere() throws IOException {
    Map<String, String> tests = tests();
    Matcher named = TEST.matcher(Documents.read(Documents.TOP.resolve("docs/SECURITY.md")));
    int count = 0;
    for (; named.find(); count++) {
      String source = tests.getOrDefault(named.group(1), "");
      assertTrue(!source.isEmpty(), "there is no " + named.group(1));
      String method = named.group(2);
      assertTrue(
          method == null || source.contains("void " + method + "("),
          "there is no " + named.group());
    }
    assertTrue(count > 20, "only " + count + " tests were found on the page");
  }

  /** The sources of tests by the names of their classes. */
  private static Map<String, String> tests() throws IOException {
    Map<String, String> byName = new HashMap<>();
    for (String folder : List.of("api", "allocators", "metrics", "samples")) {
      try (Stream<Path> files = Files.walk(Documents.TOP.resolve(folder))) {
        files
            .filter(SecurityPageTest::isTest)
            .forEach(
                file ->
                    byName.put(
                        file.getFileName().toString().replace(".java", ""), Documents.read(file)));
      }
    }
    return byName;
  }

  private static boolean isTest(Path file) {
    return file.toString().contains("src/test/java") && file.toString().endsWith(".java");
  }
}
