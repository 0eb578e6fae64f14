package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java of the README compiles as it stands, and throws no checked exception. */
class ReadmeTest {
  private static final Path README =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")))
          .resolveSibling("README.md");

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\n(.*?)^```");

  /** A whole statement within a sentence; the line may break in it. */
  private static final Pattern STATEMENT =
      Pattern.compile("(?<!`)`((?:broker\\.|Broker\\.|new |BrokerHealth\\.)[^`]*\\))`");

  /** What the README's Java takes for granted: imports, and the application's own. */
  private static final String AROUND =
      """
      import dev.dmabroker.*;
      import dev.dmabroker.StreamConsumer.Policy;
      import dev.dmabroker.allocators.*;
      import dev.dmabroker.metrics.*;
      import dev.dmabroker.spec.*;

      abstract class Around {
        Broker broker;
        Device camera;
        Device display;
        BufferSpec spec;
        java.nio.ByteBuffer bytes;
        int fd;
        SyncFile fence;
        io.micrometer.core.instrument.MeterRegistry registry;

        abstract void show(int fd, Layout layout, long generation);

        abstract void show(int index, int fd);

        abstract void fill(int fd);

        void asItStands() {
      %s
        }
      }
      """;

  static Stream<String> blocks() throws Exception {
    return found(BLOCK).stream();
  }

  static Stream<String> statements() throws Exception {
    return found(STATEMENT).stream();
  }

  private static List<String> found(Pattern pattern) throws Exception {
    return pattern
        .matcher(Files.readString(README))
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void everyBlockCompiles(String block, @TempDir Path classes) {
    assertCompiles(block, classes);
  }

  @ParameterizedTest
  @MethodSource("statements")
  void everyStatementInASentenceCompiles(String statement, @TempDir Path classes) {
    assertCompiles(statement + ";", classes);
  }

  @Test
  void thereAreBlocksAndStatements() throws Exception {
    assertTrue(blocks().count() >= 3);
    assertTrue(statements().count() >= 4);
  }

  private static void assertCompiles(String java, Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    boolean compiles =
        compiler
            .getTask(
                new StringWriter(),
                null,
                said,
                List.of("-proc:none", "-d", classes.toString()),
                null,
                List.of(new Text(AROUND.formatted(java))))
            .call();
    assertEquals("", compiles ? "" : said.getDiagnostics().toString(), java);
  }

  /** A source file that is not in the file system. */
  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String text) {
      super(URI.create("string:///Around.java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
