package dev.dmabroker.remote.internal.value;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.Conflict;
import dev.dmabroker.Holder;
import dev.dmabroker.Mapping;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.wire.Failure;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  /** One of each exception that a broker throws. */
  static Stream<BrokerException> exceptions() throws Exception {
    List<BrokerException> all = new ArrayList<>();
    for (Method method : Exceptions.class.getMethods()) {
      if (!BrokerException.class.isAssignableFrom(method.getReturnType())) {
        continue;
      }
      all.add((BrokerException) method.invoke(null, arguments(method)));
    }
    assertTrue(all.size() >= 20, () -> "found " + all);
    return all.stream();
  }

  private static Object[] arguments(Method method) {
    Object[] arguments = new Object[method.getParameterCount()];
    Arrays.setAll(
        arguments,
        at -> {
          Class<?> type = method.getParameterTypes()[at];
          if (type == String.class) {
            return "text " + at;
          } else if (type == List.class) {
            return List.of();
          } else if (type == Duration.class) {
            return Duration.ofMillis(1500);
          } else if (type == long.class) {
            return 4096L + at;
          } else if (type == Plan.class) {
            return refusal().plan();
          } else if (type == Conflict.class) {
            return refusal().conflict();
          } else if (type == Throwable.class) {
            return null;
          }
          throw new AssertionError("the test makes no " + type);
        });
    return arguments;
  }

  private static UnsatisfiableException refusal() {
    try (Broker broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ScriptedHeap.system())
            .heap(ScriptedHeap.cma())
            .build()) {
      return assertThrows(
          UnsatisfiableException.class,
          () ->
              broker
                  .export(ImageSpec.of(64, 16, PixelFormat.NV12, PixelFormat.GREY))
                  .attach(
                      broker.register(
                          "picky",
                          Constraints.builder()
                              .contiguous()
                              .permittedHeaps("system")
                              .image(ImageConstraints.builder().maxSize(32, 32))
                              .build())));
    }
  }

  private static RuntimeException across(Throwable thrown) throws Exception {
    return Failures.read(Failure.parseFrom(Failures.write(thrown).toByteArray()));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void exceptionsCross(BrokerException thrown) throws Exception {
    RuntimeException got = across(thrown);
    assertEquals(thrown.getClass(), got.getClass());
    assertEquals(thrown.getMessage(), got.getMessage());
    assertEquals(thrown.isTransient(), ((BrokerException) got).isTransient());
  }

  @Test
  void whatExplainsARefusalCrosses() throws Exception {
    UnsatisfiableException thrown = refusal();
    UnsatisfiableException got = assertInstanceOf(UnsatisfiableException.class, across(thrown));
    assertEquals(thrown.conflict().toString(), got.conflict().toString());
    assertEquals(thrown.conflict().cause(), got.conflict().cause());
    assertEquals(thrown.conflict().clauses().toString(), got.conflict().clauses().toString());
    assertEquals(thrown.conflict().relaxations().size(), got.conflict().relaxations().size());
    assertEquals(thrown.plan().toString(), got.plan().toString());
    assertEquals(thrown.plan().devices(), got.plan().devices());
    assertEquals(thrown.plan().spec(), got.plan().spec());
    assertEquals(thrown.plan().passedOver().size(), got.plan().passedOver().size());
  }

  @Test
  void plansCross() throws Exception {
    try (Broker broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ScriptedHeap.system())
            .heap(ScriptedHeap.cma())
            .build()) {
      Plan plan =
          broker.plan(
              ImageSpec.of(64, 16, PixelFormat.NV12),
              List.of(broker.register("camera", Constraints.none())));
      Plan got = Plans.read(Plans.write(plan, UnaryOperator.identity()));
      assertEquals(plan.toString(), got.toString());
      assertEquals(plan.placements().size(), got.placements().size());
      for (int at = 0; at < plan.placements().size(); at++) {
        Plan.Candidate one = plan.placements().get(at);
        Plan.Candidate other = got.placements().get(at);
        assertEquals(one.layout(), other.layout());
        assertEquals(one.heap(), other.heap());
        assertEquals(one.reason(), other.reason());
        assertEquals(one.totalBytes(), other.totalBytes());
        assertEquals(one.coherency(), other.coherency());
        assertEquals(one.cost(), other.cost());
      }
      assertEquals(plan.notes(), got.notes());
    }
  }

  @Test
  void holdersAndBudgetsCross() throws Exception {
    WaitTimeoutException thrown = timeout();
    WaitTimeoutException got = assertInstanceOf(WaitTimeoutException.class, across(thrown));
    assertEquals(thrown.getMessage(), got.getMessage());
    assertEquals(thrown.timeout(), got.timeout());
    assertEquals(thrown.waitedFor(), got.waitedFor());
    assertEquals(
        thrown.holders().stream().map(Holder::device).toList(),
        got.holders().stream().map(Holder::device).toList());
    assertEquals(thrown.holders().toString(), got.holders().toString());
    BudgetExceededException budget = Exceptions.budgetExceeded("export f", "camera", 1, 2, 3);
    BudgetExceededException other = assertInstanceOf(BudgetExceededException.class, across(budget));
    assertEquals(budget.getMessage(), other.getMessage());
    assertEquals(
        List.of("camera", 1L, 2L, 3L),
        List.of(other.budget(), other.limitBytes(), other.reservedBytes(), other.askedBytes()));
    AllocationException full = allocation();
    assertEquals(
        full.attempts().size(),
        assertInstanceOf(AllocationException.class, across(full)).attempts().size());
  }

  /** A move that waits for a holder. */
  private static WaitTimeoutException timeout() throws Exception {
    try (Broker broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ScriptedHeap.system())
            .heap(ScriptedHeap.cma())
            .build()) {
      SharedBuffer buffer = broker.export(BlobSpec.of(4096));
      Attachment camera = buffer.attach(broker.register("camera", Constraints.none()));
      try (Mapping unused = camera.mapAsync(Access.WRITE).get(30, SECONDS)) { // Of no thread.
        Attachment display =
            buffer.attach(broker.register("display", Constraints.builder().contiguous().build()));
        ExecutionException failure =
            assertThrows(
                ExecutionException.class,
                () ->
                    CompletableFuture.supplyAsync(
                            () -> display.map(Access.READ, Duration.ofMillis(50)))
                        .get(30, SECONDS));
        return assertInstanceOf(WaitTimeoutException.class, failure.getCause());
      }
    }
  }

  private static AllocationException allocation() {
    ScriptedHeap heap = ScriptedHeap.system();
    heap.capacity(0);
    try (Broker broker = Broker.builder().heuristic(new InOrder()).heap(heap).build()) {
      var in =
          broker.export(BlobSpec.of(4096)).attach(broker.register("camera", Constraints.none()));
      return assertThrows(AllocationException.class, () -> in.map(Access.WRITE));
    }
  }

  @Test
  void whatIsNotABrokersCrossesByItsText() throws Exception {
    assertEquals(
        IllegalArgumentException.class, across(new IllegalArgumentException("bad")).getClass());
    assertEquals(
        "the service threw OutOfMemoryError: heap",
        across(new OutOfMemoryError("heap")).getMessage());
    assertEquals(
        "the service threw NullPointerException: null",
        across(new NullPointerException()).getMessage());
  }
}
