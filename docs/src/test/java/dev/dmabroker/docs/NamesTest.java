package dev.dmabroker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents name in code style, a member of a public type, exists. */
class NamesTest {
  /** {@code Broker.plan}, {@code BrokerBuilder.leakTracking} or {@code broker.adopt(...)}. */
  private static final Pattern MEMBER =
      Pattern.compile("(?<!`)`(?:new )?((?:[A-Z]\\w+\\.)+)([a-z]\\w*)(?:\\([^`]*)?`");

  private static final Pattern CALL = Pattern.compile("(?<!`)`[a-z]\\w*\\.([a-z]\\w*)\\([^`]*`");

  /** They name classes of the engine, some of which are called like public ones, or older names. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "CHANGELOG.md",
          "docs/design.md",
          "docs/memory-ordering.md",
          "docs/model/README.md",
          "docs/simulation.md");

  /** Types of the JDK. */
  private static final Set<String> FOREIGN =
      Set.of("ByteBuffer", "Duration", "Executor", "Executors", "Flow", "List", "System", "Thread");

  /** The members of the types that have a simple name, by that name. */
  private static final Map<String, Set<String>> MEMBERS = new HashMap<>();

  static {
    new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.dmabroker")
            .stream()
            .filter(type -> !type.getPackageName().contains(".internal"))
            .filter(type -> !type.getPackageName().contains(".scenario")) // Tests in a jar.
            .forEach(
                type ->
                    MEMBERS
                        .computeIfAbsent(simpleName(type), name -> new HashSet<>())
                        .addAll(members(type)));
  }

  private static String simpleName(JavaClass type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  private static Set<String> members(JavaClass type) {
    Set<String> members = new HashSet<>();
    type.getAllMethods().stream()
        .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
        .forEach(method -> members.add(method.getName()));
    type.getAllFields().stream()
        .filter(field -> field.getModifiers().contains(JavaModifier.PUBLIC))
        .forEach(field -> members.add(field.getName()));
    return members;
  }

  private static List<Path> pages() {
    return Documents.pages().stream()
        .filter(page -> !LEFT_OUT.contains(Documents.name(page)))
        .toList();
  }

  private static List<MatchResult> all(Pattern pattern, Path page) {
    return pattern.matcher(Documents.read(page)).results().toList();
  }

  /**
   * Other pages also speak of classes of the engine and of tests, which this test does not know.
   */
  private static boolean isForUsers(Path page) {
    String name = Documents.name(page);
    return name.equals("README.md") || name.startsWith("docs/guide/");
  }

  private static boolean isWrong(Path page, String type, String member) {
    Set<String> members = MEMBERS.get(type);
    return members == null
        ? isForUsers(page) && !FOREIGN.contains(type)
        : !members.contains(member);
  }

  @Test
  void everyMemberThatIsNamedExists() {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (Path page : pages()) {
      for (MatchResult named : all(MEMBER, page)) {
        String type = named.group(1).substring(0, named.group(1).length() - 1);
        count++;
        if (isWrong(page, type, named.group(2))) {
          wrong.add(Documents.name(page) + ": " + named.group());
        }
      }
    }
    System.out.println(count + " members are named");
    assertEquals(List.of(), wrong);
    assertTrue(count > 10, "few members are found: " + count);
  }

  @Test
  void everyMethodThatIsCalledExists() {
    Set<String> methods = new HashSet<>();
    MEMBERS.values().forEach(methods::addAll);
    List<String> wrong = new ArrayList<>();
    for (Path page : pages().stream().filter(NamesTest::isForUsers).toList()) {
      all(CALL, page).stream()
          .filter(call -> !methods.contains(call.group(1)))
          .forEach(call -> wrong.add(Documents.name(page) + ": " + call.group()));
    }
    assertEquals(List.of(), wrong);
  }
}
