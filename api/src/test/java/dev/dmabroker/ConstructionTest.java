package dev.dmabroker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dmabroker.testing.Construction;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Things are made in one way, which the page of this package states. */
class ConstructionTest {
  private static final Set<String> EXPORTED =
      Set.of("dev.dmabroker", "dev.dmabroker.event", "dev.dmabroker.spec", "dev.dmabroker.spi");

  @Test
  void thingsAreMadeInOneWay() {
    List<Class<?>> types =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(EXPORTED)
                .stream()
                .filter(ConstructionTest::isPublic)
                .<Class<?>>map(JavaClass::reflect)
                .toList();
    assertEquals(Set.of(), Construction.violations(types));
  }

  private static boolean isPublic(JavaClass type) {
    return EXPORTED.contains(type.getPackageName())
        && type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ConstructionTest::isPublic).orElse(true);
  }
}
