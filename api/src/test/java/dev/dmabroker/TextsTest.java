package dev.dmabroker;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever an application holds says what it is when it is printed, as in a log or a debugger. */
class TextsTest extends Fixture {
  private static final Set<String> EXPORTED =
      Set.of("dev.dmabroker", "dev.dmabroker.event", "dev.dmabroker.spec", "dev.dmabroker.spi");

  @Test
  void whatApplicationsHoldDoesNotPrintAsObjectDoes() {
    Set<String> mute =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.dmabroker")
                .stream()
                .filter(TextsTest::canBeHeld)
                .filter(type -> !hasText(type.reflect()))
                .map(type -> type.getName().substring("dev.dmabroker.".length()))
                .collect(toCollection(TreeSet::new));
    assertEquals(Set.of(), mute);
  }

  /** Whether there are objects of the class, and applications can name its type or a supertype. */
  private static boolean canBeHeld(JavaClass type) {
    return !type.isInterface()
        && !type.getModifiers().contains(JavaModifier.ABSTRACT)
        && !isBuilder(type)
        && (isPublic(type) || type.getAllRawInterfaces().stream().anyMatch(TextsTest::isPublic));
  }

  /** Whether the class has builders, which are not held but used up. */
  private static boolean isBuilder(JavaClass type) {
    return type.tryGetMethod("build").isPresent();
  }

  private static boolean isPublic(JavaClass type) {
    return EXPORTED.contains(type.getPackageName())
        && type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(TextsTest::isPublic).orElse(true);
  }

  private static boolean hasText(Class<?> type) {
    try {
      return type.getMethod("toString").getDeclaringClass() != Object.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void textsSayWhatAThingIsAndItsState() {
    Device camera = broker.register("camera", Constraints.none());
    SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE));
    assertEquals("buffer frame, UNBACKED", buffer.toString());
    Mapping mapping = buffer.attach(camera).map(Access.READ);
    CpuView view = mapping.cpuView();
    assertEquals("the CPU view of camera at frame with READ, open", view.toString());
    view.close();
    assertEquals("the CPU view of camera at frame with READ, closed", view.toString());
    mapping.close();
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), camera));
    assertEquals("stream video, STOPPED", stream.toString());
    assertEquals(
        "the publisher of frames for camera at video",
        stream.publisher(camera, StreamConsumer.Policy.LATEST).toString());
    assertEquals(
        "broker, open, with heaps [system, cma], devices [camera], 1 buffers and 1 streams",
        broker.toString());
    broker.close();
    assertEquals("buffer frame, RELEASED", buffer.toString());
    assertEquals("stream video, CLOSED", stream.toString());
    assertEquals(
        "broker, closed, with heaps [system, cma], devices [camera], 0 buffers and 0 streams",
        broker.toString());
  }
}
