package dev.dmabroker;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever an application closes can be closed by a try without a catch. */
class ClosingTest {
  private static final Set<String> EXPORTED =
      Set.of("dev.dmabroker", "dev.dmabroker.event", "dev.dmabroker.spec", "dev.dmabroker.spi");

  private static Stream<JavaMethod> methods() {
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(EXPORTED)
            .stream()
            .filter(type -> EXPORTED.contains(type.getPackageName()))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .map(JavaClass::getMethods)
            .flatMap(Set::stream);
  }

  private static Set<String> names(Predicate<JavaMethod> of) {
    return methods().filter(of).map(JavaMethod::getFullName).collect(toCollection(TreeSet::new));
  }

  @Test
  void noCloseThrowsACheckedException() {
    assertEquals(
        Set.of(),
        names(
            method ->
                method.getName().equals("close")
                    && method.getRawParameterTypes().isEmpty()
                    && !method.getThrowsClause().getTypes().isEmpty()));
  }

  /** The close of AutoCloseable itself throws one. */
  @Test
  void noMethodReturnsLessThanATypeOfTheLibrary() {
    assertEquals(
        Set.of(), names(method -> method.getRawReturnType().isEquivalentTo(AutoCloseable.class)));
  }

  @Test
  void eachTypeThatIsClosedDeclaresItsClose() {
    Set<String> silent =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(EXPORTED)
                .stream()
                .filter(type -> EXPORTED.contains(type.getPackageName()) && type.isInterface())
                .filter(type -> type.isAssignableTo(AutoCloseable.class))
                .filter(type -> type.tryGetMethod("close").isEmpty())
                .map(JavaClass::getName)
                .collect(toCollection(TreeSet::new));
    assertEquals(Set.of(), silent);
  }
}
