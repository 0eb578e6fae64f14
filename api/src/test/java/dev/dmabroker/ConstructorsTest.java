package dev.dmabroker;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What applications can make by a constructor stays as it is: one argument more would break them.
 * So only what will not grow has a public one.
 */
class ConstructorsTest {
  /** Small values that applications make. */
  private static final Set<String> VALUES_OF_SPECS =
      Set.of(
          "AddressRange",
          "BlobSpec",
          "Constraints$Preference",
          "ImageSize",
          "ImageSpec",
          "InvalidConstraintException",
          "Layout",
          "Layout$Image",
          "Layout$Plane",
          "PixelFormat$Plane",
          "SyncFile");

  @Test
  void whatTheBrokerMakesAloneHasNoPublicConstructor() {
    assertEquals(Set.of(), withConstructors("dev.dmabroker"));
    assertEquals(Set.of(), withConstructors("dev.dmabroker.event"));
  }

  @Test
  void ofSpecsOnlySmallValuesHaveOne() {
    assertEquals(VALUES_OF_SPECS, withConstructors("dev.dmabroker.spec"));
  }

  private static Set<String> withConstructors(String inPackage) {
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(inPackage)
            .stream()
            .filter(type -> type.getPackageName().equals(inPackage))
            .filter(ConstructorsTest::canBeMade)
            .map(type -> type.getName().substring(inPackage.length() + 1))
            .collect(toCollection(TreeSet::new));
  }

  private static boolean canBeMade(JavaClass type) {
    return isVisible(type) && type.getConstructors().stream().anyMatch(ConstructorsTest::isVisible);
  }

  private static boolean isVisible(JavaConstructor constructor) {
    Set<JavaModifier> modifiers = constructor.getModifiers();
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ConstructorsTest::isVisible).orElse(true);
  }
}
