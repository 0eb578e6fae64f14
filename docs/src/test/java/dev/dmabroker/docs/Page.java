package dev.dmabroker.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a page shows of Java. Its blocks are one program, in their order, unless a mark begins
 * another; marks and hidden blocks are comments of HTML, which readers do not see. CONTRIBUTING.md
 * lists them.
 *
 * @param name the name of the page in messages
 * @param programs the programs, each with at least one block
 * @param fences the languages of all fenced blocks, empty where none is named
 * @param withoutJava whether the page says that it has no Java
 */
record Page(String name, List<Program> programs, List<String> fences, boolean withoutJava) {
  private static final Pattern FENCE = Pattern.compile("^( *)(`{3,}|~{3,})(.*)$");

  private static final Pattern MARK = Pattern.compile("^<!-- java(?:: (.*) -->)?$");

  /** Reads Markdown. */
  static Page of(String name, String text) {
    return new Reader(name, text.lines().toList()).page();
  }

  /** How many blocks there are that readers see. */
  long shownBlocks() {
    return programs.stream()
        .flatMap(program -> program.blocks().stream())
        .filter(block -> !block.hidden())
        .count();
  }

  /** Goes through the lines of a page once. */
  private static final class Reader {
    private final String name;
    private final List<String> lines;
    private final List<Program> programs = new ArrayList<>();
    private final List<String> fences = new ArrayList<>();
    private Program program;
    private boolean withoutJava;
    private int next;

    Reader(String name, List<String> lines) {
      this.name = name;
      this.lines = lines;
      this.program = Program.empty(name);
    }

    Page page() {
      while (next < lines.size()) {
        String line = lines.get(next++);
        Matcher fence = FENCE.matcher(line);
        Matcher mark = MARK.matcher(line.strip());
        if (fence.matches()) {
          fenced(fence.group(1).length(), fence.group(2), fence.group(3).strip());
        } else if (mark.matches()) {
          marked(mark.group(1));
        } else if (line.strip().startsWith("<!-- java")) {
          throw new AssertionError(name + ":" + next + " is no mark: " + line);
        }
      }
      end();
      return new Page(name, List.copyOf(programs), List.copyOf(fences), withoutJava);
    }

    private void fenced(int indentation, String fence, String language) {
      int from = next + 1;
      List<String> body = until(fence, indentation);
      fences.add(language);
      if (language.equals("java")) {
        program = program.with(new Block(name, from, body, false));
      } else if (language.equals("output")) {
        program = program.withOutput(body);
      }
    }

    private void marked(@Nullable String mark) {
      if (mark == null) {
        int from = next + 1;
        program = program.with(new Block(name, from, until("-->", 0), true));
      } else if (mark.equals("new program")) {
        end();
      } else if (mark.equals("none")) {
        withoutJava = true;
      } else if (mark.startsWith("needs /")) {
        program = program.needing(mark.substring("needs ".length()));
      } else if (mark.startsWith("only compiles: ")) {
        program = program.onlyCompiling(mark.substring("only compiles: ".length()));
      } else {
        throw new AssertionError(name + ":" + next + " is an unknown mark: " + mark);
      }
    }

    /** The lines up to one that has nothing but the end, without the indentation that all have. */
    private List<String> until(String end, int indentation) {
      int from = next;
      List<String> body = new ArrayList<>();
      while (next < lines.size()) {
        String line = lines.get(next++);
        if (line.strip().equals(end)) {
          return body;
        }
        body.add(line.substring(Math.min(indentation, line.length())));
      }
      throw new AssertionError(name + ":" + from + " has no end " + end);
    }

    private void end() {
      if (!program.blocks().isEmpty()) {
        programs.add(program);
      }
      program = Program.empty(name);
    }
  }
}
