package dev.dmabroker.docs;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.lang.model.element.Modifier;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * A piece of Java on a page. The compiler's parser tells of which kind it is.
 *
 * @param page the name of the page
 * @param line the number on the page of its first line
 * @param lines the Java
 * @param hidden whether readers of the page do not see it
 */
record Block(String page, int line, List<String> lines, boolean hidden) {
  /** What a block consists of, beside imports. */
  enum Kind {
    TYPES,
    STATEMENTS,
    MEMBERS
  }

  Block {
    lines = List.copyOf(lines);
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ") && line.stripTrailing().endsWith(";");
  }

  List<String> imports() {
    return lines.stream().filter(Block::isImport).toList();
  }

  /** The block with an empty line in place of each import, so that lines keep their numbers. */
  List<String> code() {
    return lines.stream().map(line -> isImport(line) ? "" : line).toList();
  }

  /**
   * Tells what the block consists of.
   *
   * @throws AssertionError if it does not parse; the message is what the compiler said
   */
  Kind kind() {
    String code = String.join("\n", code());
    if (unit(code).isPresent()) {
      return Kind.TYPES;
    }
    if (parse("class Around { void around() {\n" + code + "\n}}").errors().isEmpty()) {
      return Kind.STATEMENTS;
    }
    if (parse("class Around {\n" + code + "\n}").errors().isEmpty()) {
      return Kind.MEMBERS;
    }
    throw new AssertionError(
        "%s:%d is neither types nor statements nor members; as statements: %s"
            .formatted(
                page, line, parse("class Around { void around() {\n" + code + "\n}}").errors()));
  }

  /** The name of its type that has a {@code main} method, if one has. */
  Optional<String> main() {
    return unit(String.join("\n", code())).stream()
        .flatMap(unit -> unit.getTypeDecls().stream())
        .filter(type -> type instanceof ClassTree each && hasMain(each))
        .map(type -> ((ClassTree) type).getSimpleName().toString())
        .findFirst();
  }

  private static boolean hasMain(ClassTree type) {
    return type.getMembers().stream()
        .anyMatch(
            member ->
                member instanceof MethodTree method
                    && method.getName().contentEquals("main")
                    && method.getModifiers().getFlags().contains(Modifier.STATIC));
  }

  /** The code as a compilation unit of types alone, if it is one. */
  private static Optional<CompilationUnitTree> unit(String code) {
    Parsed parsed = parse(code);
    boolean types =
        parsed.errors().isEmpty()
            && !parsed.unit().getTypeDecls().isEmpty()
            && parsed.unit().getTypeDecls().stream().allMatch(ClassTree.class::isInstance);
    return types ? Optional.of(parsed.unit()) : Optional.empty();
  }

  private record Parsed(CompilationUnitTree unit, List<String> errors) {}

  private static Parsed parse(String text) {
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    JavacTask task =
        (JavacTask)
            Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed")
                .getTask(
                    new StringWriter(),
                    null,
                    said,
                    List.of("--release", "17", "-proc:none"),
                    null,
                    List.of(new SourceText("Parsed", text)));
    try {
      CompilationUnitTree unit = task.parse().iterator().next();
      List<String> errors = new ArrayList<>();
      for (Diagnostic<?> each : said.getDiagnostics()) {
        if (each.getKind() == Diagnostic.Kind.ERROR) {
          errors.add(each.getMessage(null));
        }
      }
      return new Parsed(unit, errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
