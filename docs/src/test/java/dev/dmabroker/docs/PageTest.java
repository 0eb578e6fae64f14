package dev.dmabroker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a page's Java becomes programs, and what makes the tests of such a page fail. */
class PageTest {
  private final Path classes;

  PageTest(@TempDir Path classes) {
    this.classes = classes;
  }

  /** Quotes stand for those of a fence, which text blocks of this file would show as one. */
  private static Page page(String text) {
    return Page.of("page.md", text.replace("'''", "```"));
  }

  private String run(String text) throws Exception {
    List<Program> programs = page(text).programs();
    assertEquals(1, programs.size());
    programs.get(0).compile(classes);
    return programs.get(0).run(classes);
  }

  private static void assertSays(String part, Throwable failure) {
    assertTrue(String.valueOf(failure.getMessage()).contains(part), failure::toString);
  }

  @Test
  void theBlocksOfAPageAreOneProgram() throws Exception {
    String printed =
        run(
            """
            '''java
            import static java.util.stream.Collectors.joining;
            int width = 4;
            '''
            A type, and then a method:
            '''java
            public record Size(int width) {}
            '''
            '''java
            String shown(Size size) {
              return List.of(size, size).stream().map(String::valueOf).collect(joining("+"));
            }
            '''
            '''java
            System.out.println(shown(new Size(width)));
            '''
            """);
    assertEquals("Size[width=4]+Size[width=4]\n", printed);
  }

  @Test
  void aTypeWithAMainMethodIsRunInItsPlace() throws Exception {
    assertEquals(
        "before\nmain\nafter\n",
        run(
            """
            '''java
            System.out.println("before");
            '''
            '''java
            public final class Main {
              public static void main(String[] arguments) {
                System.out.println("main");
              }
            }
            '''
            '''java
            System.out.println("after");
            '''
            """));
  }

  @Test
  void hiddenBlocksArePartsOfTheProgram() throws Exception {
    String text =
        """
        <!-- java
        int hidden = 1;
        -->
        '''java
        System.out.println(hidden);
        '''
        """;
    assertEquals("1\n", run(text));
    assertEquals(1, page(text).shownBlocks());
  }

  @Test
  void marksBelongToTheProgramOfTheNextBlock() {
    Page page =
        page(
            """
            '''java
            '''
            <!-- java: new program -->
            <!-- java: needs /dev/video0 -->
            '''java
            '''
            <!-- java: new program -->
            <!-- java: only compiles: it serves for ever -->
            '''java
            '''
            """);
    assertEquals(3, page.programs().size());
    assertEquals(Optional.of(Path.of("/dev/video0")), page.programs().get(1).needs());
    assertEquals(Optional.empty(), page.programs().get(2).needs());
    assertEquals(Optional.of("it serves for ever"), page.programs().get(2).onlyCompiles());
    assertEquals("page.md:6", page.programs().get(1).title());
  }

  @Test
  void aFenceWithinAListIsOne() {
    Page page = page("1. text\n\n   '''java\n   int a;\n   '''\n");
    assertEquals(List.of("int a;"), page.programs().get(0).blocks().get(0).lines());
  }

  @Test
  void marksThatAreMistypedFail() {
    assertThrows(AssertionError.class, () -> page("<!-- java: needs a device -->"));
    assertThrows(AssertionError.class, () -> page("<!-- java:new program -->"));
    assertThrows(AssertionError.class, () -> page("'''java\nint a;\n"));
    assertThrows(AssertionError.class, () -> page("'''output\n1\n'''\n"));
  }

  @Test
  void whatDoesNotCompileSaysWhereOnThePage() {
    AssertionError unknown =
        assertThrows(AssertionError.class, () -> run("text\n'''java\nint a;\nb = 1;\n'''\n"));
    assertSays("page.md:4: `b = 1;`: cannot find symbol", unknown);
    assertSays(
        "page.md:2 is neither types nor statements nor members",
        assertThrows(AssertionError.class, () -> run("'''java\nint a\n'''\n")));
  }

  @Test
  void whatItPrintsIsComparedWithThePage() throws Exception {
    String program =
        """
        '''java
        for (int i = 0; i < 4; i++) {
          System.out.println("frame " + i + (i == 2 ? " moved" : ""));
        }
        '''
        '''output
        %s
        '''
        """;
    for (String right : List.of("frame 7", "frame 0\n...\nframe 1,000 moved", "...\nframe 3\n")) {
      String unused = run(program.formatted(right.strip()));
    }
    for (String wrong :
        List.of("frame", "frame 0 moved\n...\nframe 2 moved", "frame 0\nframe two")) {
      assertSays(
          "does not print",
          assertThrows(AssertionError.class, () -> run(program.formatted(wrong))));
    }
  }
}
