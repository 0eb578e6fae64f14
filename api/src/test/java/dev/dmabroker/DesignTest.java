package dev.dmabroker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.Sets;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/design.md shows the rooms and their arrows as the code has them, and names its classes. */
class DesignTest {
  private static final String INTERNAL = "dev.dmabroker.internal.";

  private static final Path DOCUMENT = Path.of("..", "docs", "design.md");

  /** {@code subgraph l3["level 3"]} and what is between it and its {@code end}. */
  private static final Pattern LEVEL =
      Pattern.compile("^ *subgraph \\S+\\n(.*?)^ *end$", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern ROOM = Pattern.compile("^ *([a-z]+)$", Pattern.MULTILINE);

  /** {@code move --> gate & copy}. */
  private static final Pattern ARROWS =
      Pattern.compile("^ *([a-z]+) --> ([a-z]+(?: & [a-z]+)*)$", Pattern.MULTILINE);

  /** {@code gate: `Gate.enter`}, in one of the ways through the rooms. */
  private static final Pattern STEP =
      Pattern.compile("^ *\\d+\\. ([a-z]+): `((?:\\w+\\.)+)(\\w+)`", Pattern.MULTILINE);

  private static final JavaClasses API =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.dmabroker");

  private static String document() throws IOException {
    return Files.readString(DOCUMENT);
  }

  private static String picture() throws IOException {
    Matcher picture =
        Pattern.compile("^```mermaid\\nflowchart (.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(document());
    assertTrue(picture.find(), "the document has no flowchart");
    return picture.group(1);
  }

  private static List<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static String room(JavaClass type) {
    String within = type.getPackageName() + ".";
    return within.startsWith(INTERNAL) && within.length() > INTERNAL.length()
        ? within.substring(INTERNAL.length(), within.indexOf('.', INTERNAL.length()))
        : "";
  }

  private static Set<String> usesInTheCode() {
    Set<String> uses = new TreeSet<>();
    for (JavaClass user : API) {
      for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
        String from = room(user);
        String to = room(dependency.getTargetClass().getBaseComponentType());
        if (!from.isEmpty() && !to.isEmpty() && !from.equals(to)) {
          uses.add(from + " --> " + to);
        }
      }
    }
    return uses;
  }

  @Test
  void thePictureHasTheArrowsOfTheCodeAndNoOthers() throws IOException {
    List<String> drawn = new ArrayList<>();
    for (MatchResult arrows : all(ARROWS, picture())) {
      for (String to : Splitter.on(" & ").split(arrows.group(2))) {
        drawn.add(arrows.group(1) + " --> " + to);
      }
    }
    Set<String> once = new TreeSet<>(drawn);
    assertEquals(once.size(), drawn.size(), () -> "an arrow is drawn twice: " + drawn);
    Set<String> uses = usesInTheCode();
    Set<String> missing = new TreeSet<>(Sets.difference(uses, once));
    Set<String> surplus = new TreeSet<>(Sets.difference(once, uses));
    assertTrue(
        missing.isEmpty() && surplus.isEmpty(),
        () -> DOCUMENT + " lacks the arrows " + missing + " and has too many: " + surplus);
  }

  /** The picture is drawn from the top, and the levels are counted from below. */
  @Test
  void thePictureHasTheLevelsOfTheCode() throws IOException {
    List<Set<String>> drawn = new ArrayList<>();
    for (MatchResult level : all(LEVEL, picture())) {
      Set<String> rooms = new TreeSet<>();
      all(ROOM, level.group(1)).forEach(room -> rooms.add(room.group(1)));
      drawn.add(0, rooms);
    }
    List<Set<String>> levels = new ArrayList<>();
    RoomsTest.LEVELS.forEach(level -> levels.add(new TreeSet<>(level)));
    assertEquals(levels, drawn);
  }

  @Test
  void eachRoomHasASection() throws IOException {
    Set<String> sections = new TreeSet<>();
    all(Pattern.compile("^### ([a-z]+)$", Pattern.MULTILINE), document())
        .forEach(heading -> sections.add(heading.group(1)));
    Set<String> rooms = new TreeSet<>();
    RoomsTest.LEVELS.forEach(rooms::addAll);
    assertEquals(rooms, sections);
  }

  @Test
  void theWaysThroughTheRoomsNameMethodsThatExist() throws IOException {
    List<MatchResult> steps = all(STEP, document());
    assertTrue(steps.size() > 20, "the document has few steps: " + steps.size());
    List<String> unknown =
        steps.stream()
            .filter(step -> !exists(step.group(1), step.group(2), step.group(3)))
            .map(MatchResult::group)
            .map(String::strip)
            .toList();
    assertEquals(List.of(), unknown);
  }

  /** The types end with a dot each, from the outermost one. */
  private static boolean exists(String room, String types, String method) {
    String name = INTERNAL + room + "." + types.substring(0, types.length() - 1).replace('.', '$');
    return API.contain(name)
        && API.get(name).getAllMethods().stream().anyMatch(each -> each.getName().equals(method));
  }

  /** A name in code style that looks like a class is one. */
  @Test
  void theClassesThatItNamesExist() throws IOException {
    Set<String> known = new TreeSet<>();
    API.forEach(type -> known.add(type.getSimpleName()));
    Set<String> unknown = new TreeSet<>();
    all(Pattern.compile("`([A-Z][a-z]\\w*)(?:\\.\\w+)?(?:\\(\\))?`"), document())
        .forEach(name -> unknown.add(name.group(1)));
    unknown.removeAll(known);
    unknown.removeAll(OTHERS);
    assertEquals(Set.of(), unknown);
  }

  /** Of the JDK, of other modules and of the tests; and what the names of some methods end in. */
  private static final Set<String> OTHERS =
      Set.of("Async", "ByteBuffer", "DesignTest", "Heaps", "RoomsTest", "System");
}
