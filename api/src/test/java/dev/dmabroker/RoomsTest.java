package dev.dmabroker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The engine's rooms: which room may use which, and what keeps a room small enough to hold in mind.
 */
class RoomsTest {
  private static final String INTERNAL = "dev.dmabroker.internal";

  /** A room uses rooms of earlier levels only, never one of its own level. */
  static final List<List<String>> LEVELS =
      List.of(
          List.of("layout", "runtime"),
          List.of("copy", "simulation", "watch"),
          List.of("heap", "services"),
          List.of("placement"),
          List.of("allocation", "device"),
          List.of("gate"),
          List.of("check", "move"),
          List.of("buffer"),
          List.of("stream"),
          List.of("broker"));

  private static final JavaClasses API =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.dmabroker");

  @Test
  void roomsUseLowerLevelsOnly() {
    for (int level = 0; level < LEVELS.size(); level++) {
      for (String room : LEVELS.get(level)) {
        String[] others =
            LEVELS.stream()
                .skip(level)
                .flatMap(List::stream)
                .filter(other -> !other.equals(room))
                .map(other -> INTERNAL + "." + other + "..")
                .toArray(String[]::new);
        noClasses()
            .that()
            .resideInAPackage(INTERNAL + "." + room + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(others)
            .allowEmptyShould(true)
            .check(API);
      }
    }
  }

  @Test
  void roomsHaveNoCycles() {
    slices().matching(INTERNAL + ".(*)..").should().beFreeOfCycles().check(API);
  }

  @Test
  void everyClassOfTheEngineLiesInARoom() {
    String[] rooms =
        LEVELS.stream()
            .flatMap(List::stream)
            .map(room -> INTERNAL + "." + room)
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(INTERNAL + "..")
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(rooms)
        .check(API);
  }

  @Test
  void whatARoomShowsIsUsedByAnother() {
    classes()
        .that()
        .resideInAPackage(INTERNAL + "..")
        .and()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .and()
        .resideOutsideOfPackage(INTERNAL + ".simulation") // A sample uses it, and tests do.
        .should(
            new ArchCondition<>("be used by a class of another package") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                boolean used =
                    API.stream()
                        .filter(user -> !user.getPackageName().equals(type.getPackageName()))
                        .flatMap(user -> user.getDirectDependenciesFromSelf().stream())
                        .map(Dependency::getTargetClass)
                        .anyMatch(target -> outermost(target).equals(type));
                events.add(
                    new SimpleConditionEvent(
                        type, used, type.getName() + " is public, and its room alone uses it"));
              }
            })
        .check(API);
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(RoomsTest::outermost).orElse(type.getBaseComponentType());
  }

  @Test
  void onlyTheRoomBrokerNamesTheEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackage(INTERNAL + ".broker")
        .should()
        .dependOnClassesThat()
        .haveSimpleName("BrokerEngine")
        .check(API);
  }

  /** So that a simulation can stand in for threads and time. */
  @Test
  void threadsTimeAndWaitsAreTheRuntimesAlone() {
    DescribedPredicate<JavaClass> threads =
        new DescribedPredicate<>("are threads, locks that park, or executors") {
          @Override
          public boolean test(JavaClass type) {
            return Set.of("java.lang.Thread", "java.util.Timer").contains(type.getName())
                || type.getName().startsWith("java.util.concurrent.locks.")
                || type.isAssignableTo(java.util.concurrent.Executor.class)
                || type.isAssignableTo(java.util.concurrent.ThreadFactory.class);
          }
        };
    noClasses()
        .that()
        .resideInAPackage(INTERNAL + "..")
        .and()
        .resideOutsideOfPackages(INTERNAL + ".runtime", INTERNAL + ".simulation")
        .should()
        .dependOnClassesThat(threads)
        .orShould()
        .accessTargetWhere(
            new DescribedPredicate<JavaAccess<?>>("it tells the time, waits or wakes") {
              @Override
              public boolean test(JavaAccess<?> access) { // A call or a method reference.
                return access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget target
                    && tellsTimeOrWaits(target);
              }
            })
        .check(API);
  }

  private static boolean tellsTimeOrWaits(AccessTarget target) {
    String owner = target.getOwner().getName();
    String name = target.getName();
    return switch (owner) {
      case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
      case "java.time.Instant", "java.time.Clock" -> name.equals("now");
      case "java.util.concurrent.TimeUnit" -> Set.of("sleep", "timedWait").contains(name);
      default -> Set.of("wait", "notify", "notifyAll").contains(name);
    };
  }

  @Test
  void noFileHasMoreThanFourHundredLines() throws IOException {
    Set<String> long400 = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        long lines = Files.readString(file).lines().count();
        if (lines > 400) {
          long400.add(file.getFileName() + " has " + lines);
        }
      }
    }
    assertTrue(long400.isEmpty(), long400::toString);
  }

  @Test
  void theEnginesStateIsWrittenByItsBecomeAlone() {
    for (String life : List.of("buffer.BufferLife", "stream.StreamLife")) {
      var writers =
          API.get(INTERNAL + "." + life).getField("state").getAccessesToSelf().stream()
              .filter(
                  access ->
                      access.getAccessType()
                          == com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType.SET)
              .map(access -> access.getOrigin().getName())
              .filter(origin -> !origin.equals("<init>"))
              .sorted()
              .toList();
      // A change that throws is undone.
      assertEquals(List.of("become", "putBack"), writers, life);
      assertTrue(
          API.get(INTERNAL + "." + life)
              .getField("state")
              .getModifiers()
              .contains(JavaModifier.PRIVATE));
    }
  }
}
