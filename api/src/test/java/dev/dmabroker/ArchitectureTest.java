package dev.dmabroker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.dmabroker.internal.broker.BrokerFactory;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.spec.ImageSpec;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What may know what within this module. */
class ArchitectureTest {
  private static final JavaClasses API =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.dmabroker");

  private static final String[] EXPORTED = {
    "dev.dmabroker", "dev.dmabroker.spec", "dev.dmabroker.spi", "dev.dmabroker.event"
  };

  @Test
  void dependsOnTheJdkGuavaAndJSpecifyAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "com.google.common..",
            "org.jspecify..",
            "dev.dmabroker",
            "dev.dmabroker.spec",
            "dev.dmabroker.spi",
            "dev.dmabroker.event",
            "dev.dmabroker.internal..")
        .check(API);
  }

  @Test
  void signaturesMentionNeitherTheEngineNorGuava() {
    classes()
        .that()
        .resideInAnyPackage(EXPORTED)
        .and(
            new DescribedPredicate<>("can be seen from outside") {
              @Override
              public boolean test(JavaClass type) {
                return isVisible(type);
              }
            })
        .should(new MentionOnlyExportedTypes())
        .check(API);
  }

  @Test
  void onlyTheBuilderKnowsTheEngineAndOfItOnlyTheFactory() {
    noClasses()
        .that()
        .resideInAnyPackage(EXPORTED)
        .and()
        .doNotBelongToAnyOf(BrokerBuilder.class, ImageSpec.class, ExceptionMaker.class)
        .and()
        // Not exported itself: takes constraints apart for the engine.
        .doNotHaveFullyQualifiedName("dev.dmabroker.spec.ConstraintParts")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.dmabroker.internal..")
        .check(API);
    noClasses()
        .that()
        .belongToAnyOf(BrokerBuilder.class)
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.dmabroker.internal..")
                .and(
                    DescribedPredicate.not(
                        JavaClass.Predicates.belongToAnyOf(BrokerFactory.class, Settings.class))))
        .check(API);
  }

  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  /** Looks at supertypes, fields, parameters, results and exceptions, with their type arguments. */
  private static final class MentionOnlyExportedTypes extends ArchCondition<JavaClass> {
    MentionOnlyExportedTypes() {
      super("mention neither dev.dmabroker.internal nor com.google in what others see");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
          .forEach(seen -> check(type, "it extends", seen, events));
      type.getTypeParameters().forEach(seen -> check(type, "a type parameter", seen, events));
      for (JavaField field : type.getFields()) {
        if (isVisible(field.getModifiers())) {
          check(type, field.getName(), field.getType(), events);
        }
      }
      for (JavaCodeUnit unit : type.getCodeUnits()) {
        if (isVisible(unit.getModifiers())) {
          Set<JavaType> seen = new HashSet<>(unit.getParameterTypes());
          seen.add(unit.getReturnType());
          seen.addAll(unit.getTypeParameters());
          seen.addAll(unit.getExceptionTypes());
          seen.forEach(each -> check(type, unit.getName(), each, events));
        }
      }
    }

    private static void check(JavaClass type, String where, JavaType seen, ConditionEvents events) {
      for (JavaClass mentioned : seen.getAllInvolvedRawTypes()) {
        String name = mentioned.getPackageName();
        if (name.startsWith("com.google") || name.startsWith("dev.dmabroker.internal")) {
          events.add(
              SimpleConditionEvent.violated(
                  type, type.getName() + ": " + where + " mentions " + mentioned.getName()));
        }
      }
    }
  }
}
