package dev.dmabroker.fuzz;

import static java.util.stream.Collectors.joining;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.ThrowsTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTreeScanner;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePathScanner;
import dev.dmabroker.testing.JavaSources;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions that the Javadoc of methods names, as the sources say it. A method whose Javadoc
 * names no exception itself throws what the methods of its type throw that its text links to. A
 * future fails with that too, beside what its method throws itself.
 *
 * <p>A method is named like {@code Broker.export(String,BufferSpec)}: the type, also a nested one,
 * without its package, and the erasures of the parameters without theirs.
 */
final class DocumentedExceptions {
  private final Map<String, Set<String>> thrown = new HashMap<>();

  /** The methods that a method's text links to, if it throws what these throw. */
  private final Map<String, Set<String>> links = new HashMap<>();

  private DocumentedExceptions() {}

  /** Nothing is documented. */
  static DocumentedExceptions none() {
    return new DocumentedExceptions();
  }

  /** Reads the types of a package; needs a JDK, as the compiler parses the sources. */
  static DocumentedExceptions ofPackage(Path folder) throws IOException {
    DocumentedExceptions found = new DocumentedExceptions();
    JavaSources.parse(
        sources(folder),
        (source, docs) -> {
          Scanner unused = found.scan(source, docs);
        });
    return found;
  }

  private static List<Path> sources(Path folder) throws IOException {
    List<Path> sources = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.java")) {
      all.forEach(sources::add);
    }
    return sources;
  }

  private Scanner scan(CompilationUnitTree unit, DocTrees docs) {
    Scanner scanner = new Scanner(docs);
    Void unused = scanner.scan(unit, null);
    return scanner;
  }

  /** Whether the Javadoc of the method says that it throws this exception, or a supertype of it. */
  boolean covers(String method, Class<?> exception) {
    Set<String> names = of(method);
    for (Class<?> type = exception; isTelling(type); type = type.getSuperclass()) {
      if (names.contains(type.getSimpleName())) {
        return true;
      }
    }
    return false;
  }

  /** Whether it says anything to name this type: a supertype of all failures does not count. */
  private static boolean isTelling(Class<?> type) {
    return !Set.of("BrokerException", "RuntimeException", "Exception", "Error", "Throwable")
        .contains(type.getSimpleName());
  }

  /** The names of the exceptions that the Javadoc of the method names, without their packages. */
  Set<String> of(String method) {
    Set<String> names = new TreeSet<>();
    collect(method, names, new HashSet<>());
    return names;
  }

  private void collect(String method, Set<String> names, Set<String> visited) {
    if (!visited.add(method)) {
      return;
    }
    names.addAll(thrown.getOrDefault(method, Set.of()));
    for (String link : links.getOrDefault(method, Set.of())) {
      thrown.keySet().stream()
          .filter(other -> other.equals(link) || other.startsWith(link + "("))
          .forEach(other -> collect(other, names, visited));
    }
  }

  /** The methods that the sources have. */
  Set<String> methods() {
    return new TreeSet<>(thrown.keySet());
  }

  /** Keeps what each method's Javadoc says. */
  private final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final DocTrees docs;
    private final Deque<String> types = new ArrayDeque<>();

    Scanner(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
      String name = type.getSimpleName().toString();
      types.addLast(types.isEmpty() ? name : types.getLast() + "." + name);
      Void unused = super.visitClass(type, null);
      types.removeLast();
      return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
      String type = types.getLast();
      Set<String> exceptions = new TreeSet<>();
      Set<String> linked = new TreeSet<>();
      DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
      if (comment != null) {
        Void unused = new Comment(type, exceptions, linked).scan(comment, null);
      }
      String name = type + "." + method.getName() + parameters(method);
      thrown.put(name, exceptions);
      boolean isFuture = String.valueOf(method.getReturnType()).startsWith("CompletableFuture<");
      links.put(name, exceptions.isEmpty() || isFuture ? linked : Set.of());
      return null;
    }

    private String parameters(MethodTree method) {
      return method.getParameters().stream()
          .map(parameter -> erased(parameter.getType().toString()))
          .collect(joining(",", "(", ")"));
    }
  }

  /** Without type arguments, annotations and packages. */
  private static String erased(String type) {
    return type.replaceAll("<.*>", "")
        .replaceAll("@\\w+ ", "")
        .replaceAll("\\.\\.\\.", "[]")
        .replaceAll("\\b(\\w+\\.)+", "");
  }

  /** Takes exceptions and links out of one comment. */
  private static final class Comment extends DocTreeScanner<@Nullable Void, @Nullable Void> {
    private final String type;
    private final Set<String> exceptions;
    private final Set<String> links;

    Comment(String type, Set<String> exceptions, Set<String> links) {
      this.type = type;
      this.exceptions = exceptions;
      this.links = links;
    }

    @Override
    public @Nullable Void visitThrows(ThrowsTree tag, @Nullable Void nothing) {
      exceptions.add(erased(tag.getExceptionName().getSignature()));
      return null;
    }

    @Override
    public @Nullable Void visitLink(LinkTree link, @Nullable Void nothing) {
      String target = link.getReference().getSignature();
      if (target.startsWith("#")) {
        int bracket = target.indexOf('(');
        links.add(
            type
                + "."
                + (bracket < 0
                    ? target.substring(1)
                    : target.substring(1, bracket)
                        + Arrays.stream(
                                target.substring(bracket + 1, target.length() - 1).split(",", -1))
                            .map(String::strip)
                            .map(DocumentedExceptions::erased)
                            .collect(joining(",", "(", ")"))));
      }
      return null;
    }
  }
}
