package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** ByteBuffers kept past their views, across 10,000 moves and closings; see the main class. */
class StaleViewTest {
  /** Each moves once and is closed once. Fewer where the processor is emulated. */
  private static final int BUFFERS = System.getenv("LAB") == null ? 5000 : 250;

  /** Each thread's malloc reserves address space of its own otherwise. */
  private static final List<String> ONE_ARENA = List.of("env", "MALLOC_ARENA_MAX=1");

  private static ChildJvm.Result run(List<String> options, String... more) throws Exception {
    String[] arguments = new String[more.length + 1];
    arguments[0] = String.valueOf(BUFFERS);
    System.arraycopy(more, 0, arguments, 1, more.length);
    return ChildJvm.run(ONE_ARENA, options, StaleViewMain.class, arguments);
  }

  private static void assertPassed(ChildJvm.Result result) {
    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().contains("done"), result.output());
    assertFalse(result.output().contains("fatal error"), result.output());
    assertFalse(result.output().contains("FATAL ERROR"), result.output());
  }

  @Test
  void withTheChecksOn() throws Exception {
    assertPassed(run(List.of("-ea", "-esa", "-Xcheck:jni")));
  }

  /** Without the first compiler whatever is compiled is by C2, with its weaker checks. */
  @Test
  void compiledByC2() throws Exception {
    String tools = System.getenv("JAVA_TOOL_OPTIONS");
    Assumptions.assumeFalse(
        tools != null && tools.contains("TieredStopAtLevel"), "this JVM is kept from using C2");
    ChildJvm.Result result =
        run(List.of("-XX:-TieredCompilation", "-XX:+PrintCompilation", "-Xbatch"));
    assertPassed(result);
    String firstHalf = result.output().substring(0, result.output().indexOf("half way"));
    for (String method : List.of("StaleViewMain::scan", "Hammer::write", "Hammer::use")) {
      Matcher compiled =
          Pattern.compile("^ *\\d+ +\\d+ [^\\n]*" + method + " ", Pattern.MULTILINE)
              .matcher(firstHalf);
      assertTrue(compiled.find(), method + " was not compiled: " + firstHalf);
    }
  }

  @Test
  void memoryThatIsUnmappedUnderAByteBufferIsSeen() throws Exception {
    ChildJvm.Result result = run(List.of(), "unmap");
    assertNotEquals(0, result.status(), result.output());
    assertTrue(
        result.output().contains("SIGSEGV") || result.output().contains("Bad address"),
        result.output());
  }
}
