package dev.dmabroker.testing;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Parses Java sources with the JDK's compiler, for tests that compare them with what they say. */
public final class JavaSources {
  private JavaSources() {}

  /** Is given each source that was parsed. */
  public interface Visitor {
    void visit(CompilationUnitTree source, DocTrees docs);
  }

  /** Parses sources; needs a JDK. */
  public static void parse(Collection<Path> sources, Visitor visitor) throws IOException {
    JavaCompiler compiler =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this JVM has no compiler");
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources));
      for (CompilationUnitTree source : task.parse()) {
        visitor.visit(source, DocTrees.instance(task));
      }
    }
  }
}
