package dev.dmabroker.docs;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * A program that a page shows, in pieces.
 *
 * @param page the name of the page
 * @param blocks the pieces, in the order of the page
 * @param needs a path without which the program cannot run
 * @param onlyCompiles why the program is not run, if it is not
 * @param outputs what the page says that it prints, in this order
 */
record Program(
    String page,
    ImmutableList<Block> blocks,
    Optional<Path> needs,
    Optional<String> onlyCompiles,
    ImmutableList<Output> outputs) {
  /** What blocks need not import. */
  private static final List<String> IMPORTED =
      Stream.of(
              "dev.dmabroker",
              "dev.dmabroker.allocators",
              "dev.dmabroker.event",
              "dev.dmabroker.heuristics",
              "dev.dmabroker.metrics",
              "dev.dmabroker.devices",
              "dev.dmabroker.gstreamer",
              "dev.dmabroker.remote",
              "dev.dmabroker.spec",
              "dev.dmabroker.spi",
              "java.io",
              "java.nio",
              "java.nio.file",
              "java.time",
              "java.util",
              "java.util.concurrent",
              "java.util.function")
          .map(name -> "import " + name + ".*;")
          .toList();

  /** What the compiler warns of counts as an error. */
  private static final List<String> OPTIONS =
      List.of("--release", "17", "-proc:none", "-Xlint:deprecation,removal,unchecked");

  static Program empty(String page) {
    return new Program(
        page, ImmutableList.of(), Optional.empty(), Optional.empty(), ImmutableList.of());
  }

  Program with(Block block) {
    return new Program(page, plus(blocks, block), needs, onlyCompiles, outputs);
  }

  Program withOutput(List<String> lines) {
    if (blocks.isEmpty()) {
      throw new AssertionError(page + " shows the output of no program: " + lines);
    }
    return new Program(page, blocks, needs, onlyCompiles, plus(outputs, new Output(lines)));
  }

  Program needing(String path) {
    return new Program(page, blocks, Optional.of(Path.of(path)), onlyCompiles, outputs);
  }

  Program onlyCompiling(String why) {
    return new Program(page, blocks, needs, Optional.of(why), outputs);
  }

  private static <T> ImmutableList<T> plus(ImmutableList<T> list, T element) {
    return ImmutableList.<T>builder().addAll(list).add(element).build();
  }

  /** What the program is called in the names of tests. */
  String title() {
    return page + ":" + blocks.get(0).line();
  }

  /** A line of the program, and where on the page it comes from; 0 if it is not from there. */
  private record Line(String text, int number) {
    static Line of(String text) {
      return new Line(text, 0);
    }
  }

  private List<Line> source() {
    List<Line> imports = new ArrayList<>();
    List<Line> statements = new ArrayList<>();
    List<Line> members = new ArrayList<>();
    List<Line> types = new ArrayList<>();
    for (Block block : blocks) {
      block.imports().forEach(each -> imports.add(Line.of(each)));
      switch (block.kind()) {
        case STATEMENTS -> add(statements, block);
        case MEMBERS -> add(members, block);
        case TYPES -> {
          add(types, block);
          block
              .main()
              .ifPresent(
                  type -> statements.add(new Line(type + ".main(new String[0]);", block.line())));
        }
      }
    }
    List<Line> all = new ArrayList<>();
    all.add(Line.of("package shown;"));
    IMPORTED.forEach(each -> all.add(Line.of(each)));
    all.addAll(imports);
    all.add(Line.of("public final class Shown implements dev.dmabroker.docs.Body {"));
    all.add(Line.of("public void run() throws Exception {"));
    all.addAll(statements);
    all.add(Line.of("}"));
    all.addAll(members);
    all.add(Line.of("}"));
    all.addAll(types);
    return all;
  }

  private static void add(List<Line> to, Block block) {
    int number = block.line();
    for (String line : block.code()) {
      to.add(new Line(line, number++));
    }
  }

  /**
   * Compiles the program.
   *
   * @param classes the folder where the classes go
   * @throws AssertionError if it does not compile; the message names the lines of the page
   */
  void compile(Path classes) {
    List<Line> source = source();
    String text = source.stream().map(Line::text).collect(joining("\n"));
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    List<String> options = new ArrayList<>(OPTIONS);
    options.addAll(List.of("-d", classes.toString()));
    Boolean unused =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed")
            .getTask(
                new StringWriter(),
                null,
                said,
                options,
                null,
                List.of(new SourceText("Shown", text)))
            .call();
    List<String> errors =
        said.getDiagnostics().stream()
            .filter(each -> each.getSource() != null)
            .map(each -> at(source, each) + each.getMessage(null))
            .toList();
    if (!errors.isEmpty()) {
      throw new AssertionError(title() + " does not compile\n" + String.join("\n", errors));
    }
  }

  private String at(List<Line> source, Diagnostic<?> said) {
    int index = (int) said.getLineNumber() - 1;
    return "%s:%d: `%s`: "
        .formatted(page, source.get(index).number(), source.get(index).text().strip());
  }

  /**
   * Runs the program, once it is compiled, and compares what it prints with the page.
   *
   * @return what it printed
   */
  String run(Path classes) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (URLClassLoader loader = loader(classes);
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      Body body = (Body) loader.loadClass("shown.Shown").getDeclaredConstructor().newInstance();
      System.setOut(out);
      body.run();
    } finally {
      System.setOut(before);
    }
    String text = printed.toString(StandardCharsets.UTF_8);
    Output.assertShown(title(), outputs, text);
    return text;
  }

  private static URLClassLoader loader(Path classes) throws IOException {
    return new URLClassLoader(new URL[] {classes.toUri().toURL()}, Program.class.getClassLoader());
  }
}
