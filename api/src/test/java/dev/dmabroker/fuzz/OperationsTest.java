package dev.dmabroker.fuzz;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Sets;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Walks call every public method of the API, or there is a reason why not. */
class OperationsTest {
  /** Methods that no walk calls, and why. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "Holder.describe(List)", "text for a person to read, without a broker",
          "FixedView.Use.close()", "each step that begins a use ends it",
          "KeptMapping.toString()", "walks read the text of each thing that they find",
          "StreamSpec.equals(Object)", "equality has tests of its own",
          "StreamSpec.hashCode()", "equality has tests of its own",
          "StreamSpec.toString()", "walks read the text of each thing that they find",
          "DeviceSpec.toString()", "walks read the text of each thing that they find");

  private static final String API = "dev.dmabroker";

  /** What the broker calls. */
  private static final Set<String> LISTENERS =
      Set.of("BrokerListener", "MoveListener", "RecallListener");

  /** The types that applications call. */
  private static List<Class<?>> types() {
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(API).stream()
            .filter(type -> Set.of(API, API + ".event").contains(type.getPackageName()))
            .filter(OperationsTest::isVisible)
            .<Class<?>>map(JavaClass::reflect)
            .filter(type -> !type.isEnum() && !LISTENERS.contains(type.getSimpleName()))
            .toList();
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(OperationsTest::isVisible).orElse(true);
  }

  private static Stream<Method> methods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
  }

  @Test
  void walksCallEveryMethod() {
    Set<String> all =
        types().stream()
            .flatMap(OperationsTest::methods)
            .map(Getters::key)
            .collect(toCollection(TreeSet::new));
    Set<String> called = new TreeSet<>(Operations.methods());
    types().forEach(type -> Getters.getters(type).forEach(each -> called.add(Getters.key(each))));
    assertEquals(
        Set.of(),
        new TreeSet<>(Sets.difference(Sets.difference(all, called), LEFT_OUT.keySet())),
        "called by no walk, and left out for no reason");
    assertEquals(
        Set.of(),
        new TreeSet<>(Sets.intersection(called, LEFT_OUT.keySet())),
        "called though there is a reason against it");
    assertEquals(Set.of(), new TreeSet<>(Sets.difference(LEFT_OUT.keySet(), all)), "unknown");
  }

  @Test
  void everyOperationNamesAMethodOnce() {
    Set<String> all =
        types().stream()
            .flatMap(OperationsTest::methods)
            .map(Getters::key)
            .collect(toCollection(TreeSet::new));
    List<String> named =
        Operations.all().stream()
            .map(Operation::method)
            .filter(method -> method.contains("(")) // Others are what the world does.
            .toList();
    assertEquals(Set.of(), Sets.difference(Set.copyOf(named), all), "no such method");
    assertEquals(named.size(), Set.copyOf(named).size(), "two operations call one method");
    assertTrue(Operations.all().stream().allMatch(each -> each.weight() > 0));
  }
}
