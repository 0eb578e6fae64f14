package dev.dmabroker.metrics;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may know what across the modules: metrics, allocators and heuristics know the api alone. */
class ModulesTest {
  private static final String LINUX = "dev.dmabroker.allocators.linux..";
  private static final String METRICS = "dev.dmabroker.metrics..";

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.dmabroker");

  @ParameterizedTest
  @ValueSource(strings = {"internal", "allocators", "allocators.linux", "heuristics", "metrics"})
  void everyModuleIsLookedAt(String part) {
    assertTrue(
        LIBRARY.stream().anyMatch(type -> type.getPackageName().equals("dev.dmabroker." + part)));
  }

  @Test
  void jnaIsSeenInTheLinuxPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(LINUX)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .check(LIBRARY);
  }

  @Test
  void micrometerIsSeenInTheMetricsAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(METRICS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(LIBRARY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"allocators", "heuristics", "metrics"})
  void noModuleKnowsAnotherThanTheApi(String part) {
    String module = "dev.dmabroker." + part + "..";
    classes()
        .that()
        .resideInAPackage(module)
        .should()
        .onlyDependOnClassesThat(
            resideInAPackage("dev.dmabroker")
                .or(resideInAPackage("dev.dmabroker.spec"))
                .or(resideInAPackage("dev.dmabroker.spi"))
                .or(resideInAPackage("dev.dmabroker.event"))
                .or(resideInAPackage(module))
                .or(DescribedPredicate.not(resideInAPackage("dev.dmabroker.."))))
        .check(LIBRARY);
  }
}
