package dev.dmabroker;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What applications can do with any exception of the broker: try again or not, and send it on. */
class ExceptionsTest extends Fixture {
  /** An exception of each class, and what it says about trying again. */
  private static final Map<BrokerException, Boolean> ALL =
      Map.ofEntries(
          Map.entry(Exceptions.allocation("full", List.of()), true),
          Map.entry(Exceptions.budgetExceeded("export", "camera", 100, 50, 60), true),
          Map.entry(Exceptions.budgetExceeded("export", "camera", 100, 50, 101), false),
          Map.entry(Exceptions.busy("busy"), true),
          Map.entry(Exceptions.closed("closed"), false),
          Map.entry(Exceptions.cpuAccess("EIO", cause()), false),
          Map.entry(Exceptions.descriptor("it has none"), false),
          Map.entry(Exceptions.descriptor("EMFILE", refused(HeapException.Kind.FAILED)), false),
          Map.entry(
              Exceptions.descriptor("EMFILE", refused(HeapException.Kind.NO_DESCRIPTORS)), true),
          Map.entry(Exceptions.duplicateMemory("twice", "other"), false),
          Map.entry(Exceptions.duplicateName("twice"), false),
          Map.entry(Exceptions.fence("EINVAL", null), false),
          Map.entry(Exceptions.leftOut("left out"), true),
          Map.entry(Exceptions.moveFailed("no memory", List.of(), cause()), true),
          Map.entry(Exceptions.outstandingMappings("held", List.of(), null), false),
          Map.entry(Exceptions.pinned("pinned", List.of("camera")), true),
          Map.entry(Exceptions.pinned("adopted", List.of()), false),
          Map.entry(Exceptions.searchLimit("too many"), false),
          Map.entry(Exceptions.streamStopped("stopped"), false),
          Map.entry(Exceptions.undeclaredAccess("undeclared"), false),
          Map.entry(unsatisfiable(), false),
          Map.entry(Exceptions.waitInterrupted("interrupted"), false),
          Map.entry(
              Exceptions.waitTimeout("map it", Duration.ofMillis(5), "held", List.of(), null),
              true),
          Map.entry(Exceptions.wouldDeadlock("ring", List.of("one", "other")), false));

  private static Throwable cause() {
    return new IllegalStateException("the cause");
  }

  private static HeapException refused(HeapException.Kind kind) {
    return new HeapException(kind, "told to");
  }

  private static UnsatisfiableException unsatisfiable() {
    try (Broker broker =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
      Device display = broker.register("display", CONTIGUOUS);
      SharedBuffer buffer = broker.export(BlobSpec.of(SIZE));
      return assertThrows(UnsatisfiableException.class, () -> buffer.attach(display));
    }
  }

  // ---- Whether to try again ----

  @Test
  void eachSaysWhetherTryingAgainCanHelp() {
    ALL.forEach(
        (failure, isTransient) ->
            assertEquals(isTransient, failure.isTransient(), failure.toString()));
  }

  @Test
  void theTableHasThemAll() {
    Set<String> classes =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.dmabroker")
                .stream()
                .filter(type -> type.isAssignableTo(BrokerException.class))
                .map(type -> type.getSimpleName())
                .filter(name -> !name.equals("BrokerException"))
                .collect(toSet());
    assertEquals(
        classes,
        ALL.keySet().stream().map(each -> each.getClass().getSimpleName()).collect(toSet()));
  }

  // ---- What a wait was for ----

  @Test
  void aTimeoutSaysWhatWasWaitedFor() {
    Device camera = broker.register("camera", Constraints.none());
    Device display = broker.register("display", CONTIGUOUS);
    SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE));
    Attachment in = buffer.attach(camera);
    Mapping held = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    var failure =
        start(
            () ->
                assertThrows(
                    WaitTimeoutException.class, () -> out.map(Access.READ, Duration.ofMillis(3))));
    WaitTimeoutException timeout = result(failure);
    assertEquals("map frame for display (READ)", timeout.waitedFor());
    assertEquals(Duration.ofMillis(3), timeout.timeout());
    assertSays(timeout, "cannot map frame for display (READ) within 3 ms: ");
    assertEquals("camera", timeout.holders().get(0).device());
    assertEquals(timeout.holders().toString(), copy(timeout).holders().toString());
    held.close();
  }

  private static <T> T result(Running<T> running) {
    try {
      return running.result();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // ---- Serialized ----

  @Test
  void eachGivesAfterItWasSerializedWhatItGaveBefore() throws ReflectiveOperationException {
    for (BrokerException failure : ALL.keySet()) {
      BrokerException copy = copy(failure);
      assertEquals(failure.getMessage(), copy.getMessage());
      for (Method getter : getters(failure.getClass())) {
        if (!getter.getReturnType().equals(Plan.class)) {
          Object before = getter.invoke(failure);
          assertNotNull(before, getter.toString());
          assertEquals(before, getter.invoke(copy), getter.toString());
        }
      }
    }
  }

  private static List<Method> getters(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(each -> Modifier.isPublic(each.getModifiers()) && each.getParameterCount() == 0)
        .toList();
  }

  @Test
  void theAnswersOfHeapsAreSerialized() {
    system.refuse(HeapException.Kind.FULL);
    cma.refuse(HeapException.Kind.FULL);
    Device camera = broker.register("camera", Constraints.none());
    Attachment in = broker.export(BlobSpec.of(SIZE)).attach(camera);
    var failure = assertThrows(AllocationException.class, () -> in.map(Access.WRITE));
    assertEquals(
        List.of("system", "cma"),
        copy(failure).attempts().stream().map(AllocationException.Attempt::heap).toList());
    assertEquals(failure.attempts(), copy(failure).attempts());
  }

  @Test
  void aPlanStaysWithItsBroker() {
    UnsatisfiableException failure = unsatisfiable();
    assertEquals(List.of("display"), failure.plan().devices());
    UnsatisfiableException copy = copy(failure);
    assertEquals(failure.conflict().relaxations(), copy.conflict().relaxations());
    assertSays(assertThrows(IllegalStateException.class, copy::plan), "was deserialized");
  }

  @SuppressWarnings("unchecked")
  private static <T extends Exception> T copy(T failure) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(failure);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
