package dev.dmabroker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dmabroker.spec.CheckReturnValue;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Results that must be used say so to checkers: those of copies, of factories and of builders. */
class ResultsTest {
  private static final Set<String> EXPORTED =
      Set.of("dev.dmabroker", "dev.dmabroker.spec", "dev.dmabroker.spi", "dev.dmabroker.event");

  @Test
  void whatOnlyMakesSomethingIsMarked() {
    assertEquals(
        List.of(),
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.dmabroker")
                .stream()
                .filter(type -> EXPORTED.contains(type.getPackageName()))
                .flatMap(type -> type.getMethods().stream())
                .filter(ResultsTest::isVisible)
                .filter(ResultsTest::onlyMakesSomething)
                .filter(method -> !isMarked(method))
                .map(JavaMethod::getFullName)
                .sorted()
                .toList());
  }

  private static boolean isVisible(JavaMethod method) {
    return method.getModifiers().contains(JavaModifier.PUBLIC)
        && !method.getModifiers().contains(JavaModifier.SYNTHETIC)
        && method.getOwner().getModifiers().contains(JavaModifier.PUBLIC);
  }

  /** Copies have their own type, factories are static, and builders end with {@code build}. */
  private static boolean onlyMakesSomething(JavaMethod method) {
    JavaClass made = method.getRawReturnType();
    JavaClass owner = method.getOwner();
    if (method.getModifiers().contains(JavaModifier.STATIC)) {
      return !owner.isEnum() && !made.getName().equals("void");
    }
    return method.getName().equals("build")
        || (made.equals(owner) && !owner.getSimpleName().endsWith("Builder"));
  }

  private static boolean isMarked(JavaMethod method) {
    return method.isAnnotatedWith(CheckReturnValue.class)
        || method.getOwner().isAnnotatedWith(CheckReturnValue.class);
  }
}
