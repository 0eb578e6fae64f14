package dev.dmabroker.simulated;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The engine with a mistake: a copy of its sources is edited and compiled. */
final class Mutant {
  private static final Path ENGINE = Path.of("src/main/java/dev/dmabroker/internal");

  private Mutant() {}

  /** Makes the mistake of that name: the changed classes come into {@code classes} of a folder. */
  public static void main(String[] args) throws IOException {
    Map<String, byte[]> unused = of(Mistake.valueOf(args[0]), Path.of(args[1]));
  }

  /** Returns the code of the classes that the mistake changes. */
  static Map<String, byte[]> of(Mistake mistake, Path work) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Mistake.Edit edit : mistake.edits()) {
      String source = sources.get(edit.file());
      if (source == null) {
        source = Files.readString(ENGINE.resolve(edit.file() + ".java"));
      }
      if (source.indexOf(edit.from()) < 0
          || source.indexOf(edit.from()) != source.lastIndexOf(edit.from())) {
        throw new AssertionError(
            mistake + ": the text to edit is not once in " + edit.file() + ": " + edit.from());
      }
      sources.put(edit.file(), source.replace(edit.from(), edit.to()));
    }
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = work.resolve("src").resolve(source.getKey() + ".java");
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()));
    }
    return compile(files, Files.createDirectories(work.resolve("classes")));
  }

  private static Map<String, byte[]> compile(List<Path> files, Path to) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean done =
          compiler
              .getTask(
                  said,
                  manager,
                  null,
                  List.of("-nowarn", "-proc:none", "-d", to.toString(), "-cp", path()),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      if (!done) {
        throw new AssertionError(said.toString());
      }
    }
    Map<String, byte[]> classes = new HashMap<>();
    try (Stream<Path> all = Files.walk(to)) {
      for (Path file : all.filter(each -> each.toString().endsWith(".class")).toList()) {
        String path = to.relativize(file).toString();
        classes.put(
            path.substring(0, path.length() - ".class".length()).replace('/', '.'),
            Files.readAllBytes(file));
      }
    }
    return classes;
  }

  private static String path() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
