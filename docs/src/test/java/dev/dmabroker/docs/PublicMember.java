package dev.dmabroker.docs;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.TreePathScanner;
import dev.dmabroker.testing.JavaSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * A public type, or a method or constructor of one, as the sources have it. What overrides a member
 * of a supertype has that member's Javadoc and is none.
 *
 * @param name the type, and the method with its parameters
 * @param kind the kind of the type or method
 * @param type the kind of the type, also of a method's
 * @param doc the whole Javadoc, empty if there is none
 * @param numbers the names of the method's parameters with their types, and its own with its result
 * @param parameters the types of a method's parameters
 */
record PublicMember(
    String name,
    Tree.Kind kind,
    ClassTree type,
    String doc,
    List<Named> numbers,
    List<String> parameters) {
  /** A name with its type. */
  record Named(String name, String type) {}

  /** All of the published packages. */
  static List<PublicMember> all() {
    List<Path> sources =
        Documents.PUBLIC_PACKAGES.stream()
            .flatMap(folder -> Documents.sources(folder).stream())
            .toList();
    List<PublicMember> members = new ArrayList<>();
    try {
      JavaSources.parse(
          sources,
          (source, docs) -> {
            Void unused = new Scanner(docs, members).scan(source, null);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(members);
  }

  boolean isType() {
    return kind != Tree.Kind.METHOD;
  }

  /** Whether it is immutable by what it is: an enum, a record, an exception, or constants. */
  boolean isValue() {
    return kind == Tree.Kind.ENUM
        || kind == Tree.Kind.RECORD
        || kind == Tree.Kind.ANNOTATION_TYPE
        || name.endsWith("Exception");
  }

  /** Whether it waits, as a deadline or the exceptions at the end of a wait show. */
  boolean mayWait() {
    boolean takesTimeout =
        parameters.contains("Duration") && !type.getSimpleName().toString().endsWith("Builder");
    return takesTimeout
        || doc.contains("@throws WaitTimeoutException")
        || doc.contains("@throws WaitInterruptedException");
  }

  /** The names of those that are numbers of one of the types. */
  List<String> numbers(Set<String> types) {
    return numbers.stream().filter(each -> types.contains(each.type())).map(Named::name).toList();
  }

  @Override
  public String toString() {
    return "\n  " + name;
  }

  private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final DocTrees docs;
    private final List<PublicMember> members;
    private final Deque<ClassTree> types = new ArrayDeque<>();
    private final Deque<String> names = new ArrayDeque<>();

    Scanner(DocTrees docs, List<PublicMember> members) {
      this.docs = docs;
      this.members = members;
    }

    private String doc() {
      String doc = docs.getDocComment(getCurrentPath());
      return doc == null ? "" : doc;
    }

    private boolean isPublic(ModifiersTree modifiers) {
      Set<Modifier> flags = modifiers.getFlags();
      return flags.contains(Modifier.PUBLIC)
          || (isInInterface() && !flags.contains(Modifier.PRIVATE));
    }

    private boolean isInInterface() {
      ClassTree outer = types.peekLast();
      return outer != null
          && (outer.getKind() == Tree.Kind.INTERFACE
              || outer.getKind() == Tree.Kind.ANNOTATION_TYPE);
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
      if (!isPublic(type.getModifiers())) {
        return null;
      }
      String name =
          (names.isEmpty() ? "" : names.getLast() + ".") + type.getSimpleName().toString();
      members.add(new PublicMember(name, type.getKind(), type, doc(), List.of(), List.of()));
      types.addLast(type);
      names.addLast(name);
      Void unused = super.visitClass(type, null);
      types.removeLast();
      names.removeLast();
      return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
      boolean overrides =
          method.getModifiers().getAnnotations().stream()
              .anyMatch(each -> each.getAnnotationType().toString().equals("Override"));
      if (isPublic(method.getModifiers()) && !overrides && !isCompact(method)) {
        members.add(member(method));
      }
      return null;
    }

    /** A compact constructor has the record's components, which the record's Javadoc describes. */
    private boolean isCompact(MethodTree method) {
      return types.getLast().getKind() == Tree.Kind.RECORD && method.getReturnType() == null;
    }

    private PublicMember member(MethodTree method) {
      List<Named> numbers = new ArrayList<>();
      List<String> parameters = new ArrayList<>();
      for (VariableTree parameter : method.getParameters()) {
        String type = String.valueOf(parameter.getType());
        parameters.add(type);
        numbers.add(new Named(parameter.getName().toString(), type));
      }
      numbers.add(new Named(method.getName().toString(), String.valueOf(method.getReturnType())));
      return new PublicMember(
          names.getLast() + "." + method.getName() + "(" + String.join(",", parameters) + ")",
          method.getKind(),
          types.getLast(),
          doc(),
          numbers,
          parameters);
    }
  }
}
