package dev.dmabroker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Sets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/memory-ordering.md names each access that is weaker than a lock. */
class MemoryOrderingTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "memory-ordering.md");
  private static final Path ENGINE = Path.of("src/main/java/dev/dmabroker/internal");

  /** The main sources of all modules that applications get. */
  private static final List<Path> SOURCES =
      Stream.of("api", "allocators", "allocators/remote", "heuristics", "metrics")
          .map(module -> Path.of("..", module, "src", "main", "java"))
          .toList();

  private static final Pattern HANDLE = Pattern.compile("VarHandle (\\w+);");

  /**
   * A method of VarHandle or of an atomic class that orders less than a volatile access; not a
   * getter.
   */
  private static final Pattern WEAK =
      Pattern.compile(
          "(\\w+)\\s*\\.\\s*(lazySet|(?:get|set)(?:Plain|Opaque|Acquire|Release)"
              + "|(?:weak)?[cC]ompareAnd(?:Set|Exchange)(?:Plain|Acquire|Release)"
              + "|getAnd\\w+(?:Acquire|Release))\\((?!\\))");

  private static final Pattern FENCE = Pattern.compile("VarHandle\\.\\w+Fence\\(|Unsafe");
  private static final Pattern VOLATILE =
      Pattern.compile("(?m)^ +(?:private )?volatile [^;=]*?(\\w+)(?: =[^;]*)?;");

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static String type(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  /** What the document names: {@code `Type.NAME.method`} or {@code `Type.field`}. */
  private static Set<String> named(Pattern form) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher name = form.matcher(Files.readString(DOCUMENT));
    while (name.find()) {
      names.add(name.group(1));
    }
    return names;
  }

  @Test
  void eachAccessByVarHandleIsNamed() throws IOException {
    Set<String> inTheCode = new TreeSet<>();
    for (Path folder : SOURCES) {
      for (Path file : files(folder)) {
        String text = Files.readString(file);
        assertTrue(
            !FENCE.matcher(text).find(), () -> file + " has a fence; say why in " + DOCUMENT);
        Matcher weak = WEAK.matcher(text);
        while (weak.find()) {
          inTheCode.add(type(file) + "." + weak.group(1) + "." + weak.group(2));
        }
        Matcher handle = HANDLE.matcher(text);
        while (handle.find()) {
          Matcher use =
              Pattern.compile("\\b" + handle.group(1) + "\\s*\\.\\s*(\\w+)\\(").matcher(text);
          while (use.find()) {
            inTheCode.add(type(file) + "." + handle.group(1) + "." + use.group(1));
          }
        }
      }
    }
    assertTrue(inTheCode.contains("Gate.ENTRANCE.getOpaque"), inTheCode.toString());
    same(inTheCode, named(Pattern.compile("`(\\w+\\.[A-Z]+\\.\\w+)`")));
  }

  @Test
  void eachVolatileFieldOfTheGateRoomIsNamed() throws IOException {
    Set<String> inTheCode = new TreeSet<>();
    for (Path file : files(ENGINE.resolve("gate"))) {
      Matcher field = VOLATILE.matcher(Files.readString(file));
      while (field.find()) {
        inTheCode.add(type(file) + "." + field.group(1));
      }
    }
    assertTrue(inTheCode.contains("Gate.entrance"), inTheCode.toString());
    Set<String> named = named(Pattern.compile("`(\\w+\\.[a-z]\\w*)`"));
    Set<String> missing = new TreeSet<>(Sets.difference(inTheCode, named));
    assertTrue(missing.isEmpty(), () -> DOCUMENT + " lacks " + missing);
  }

  /** What the document names is there. */
  @Test
  void eachNamedMemberExists() throws IOException {
    Set<String> unknown = new TreeSet<>();
    for (String name : named(Pattern.compile("`([A-Z]\\w+\\.[a-z]\\w*)`"))) {
      String type = name.substring(0, name.indexOf('.'));
      String member = name.substring(name.indexOf('.') + 1);
      boolean found = false;
      for (Path folder : SOURCES) {
        for (Path file : files(folder)) {
          found |= type(file).equals(type) && Files.readString(file).contains(member);
        }
      }
      if (!found) {
        unknown.add(name);
      }
    }
    assertEquals(Set.of(), unknown);
  }

  private static void same(Set<String> inTheCode, Set<String> named) {
    Set<String> missing = new TreeSet<>(Sets.difference(inTheCode, named));
    Set<String> surplus = new TreeSet<>(Sets.difference(named, inTheCode));
    assertTrue(
        missing.isEmpty() && surplus.isEmpty(),
        () -> DOCUMENT + " lacks " + missing + " and has too many: " + surplus);
  }
}
