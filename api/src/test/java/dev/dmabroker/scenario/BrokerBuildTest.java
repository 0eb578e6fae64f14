package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.StubHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Putting a broker together, and what is refused there. */
class BrokerBuildTest {
  private final StubHeap system = StubHeap.named("system");
  private final List<Heap> found = new ArrayList<>();

  private static BrokerBuilder builder() {
    return Broker.builder().heuristic(new InOrder());
  }

  private HeapProvider provider(String name, boolean fallback, Supplier<List<Heap>> heaps) {
    return new HeapProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean fallback() {
        return fallback;
      }

      @Override
      public List<Finding> discover() {
        List<Heap> opened = heaps.get();
        found.addAll(opened);
        return opened.stream().<Finding>map(Open::new).toList();
      }
    };
  }

  // ---- Heaps ----

  @Test
  void heapsThatShareANameAreRefusedAndClosed() {
    StubHeap namesake = StubHeap.named("system");
    var failure =
        assertThrows(
            DuplicateNameException.class, () -> builder().heap(system).heap(namesake).build());
    assertEquals("heaps system and system both go by system", failure.getMessage());
    assertEquals(List.of(1, 1), List.of(system.timesClosed(), namesake.timesClosed()));
  }

  @Test
  void heapsThatShareAnAliasAreRefusedAndClosed() {
    StubHeap cma = StubHeap.named("cma", "reserved", "linux,cma");
    StubHeap other = StubHeap.named("default-pool", "reserved");
    var failure =
        assertThrows(
            DuplicateNameException.class,
            () -> builder().heap(system).heap(cma).heap(other).build());
    assertEquals("heaps cma and default-pool both go by reserved", failure.getMessage());
    StubHeap named = StubHeap.named("reserved");
    assertThrows(DuplicateNameException.class, () -> builder().heap(cma).heap(named).build());
    assertEquals(
        List.of(1, 2, 1, 1),
        List.of(system.timesClosed(), cma.timesClosed(), other.timesClosed(), named.timesClosed()));
  }

  @Test
  void aHeapMayRepeatItsOwnName() {
    builder().heap(StubHeap.named("cma", "cma")).build().close();
  }

  @Test
  void foundHeapsThatShareANameWithAGivenOneAreRefusedAndClosed() {
    HeapProvider finds = provider("finds", false, () -> List.of(StubHeap.named("system")));
    assertThrows(DuplicateNameException.class, () -> builder().heap(system).heaps(finds).build());
    assertEquals(1, system.timesClosed());
    assertEquals(1, ((StubHeap) found.get(0)).timesClosed());
  }

  @Test
  void aBrokerThatWasGivenNoHeapSaysWhatToAdd() {
    Fixture.assertSays(
        assertThrows(IllegalStateException.class, () -> builder().build()),
        "the broker has no heap",
        "call discoverHeaps() with dmabroker-allocators on the path, or heap(...)");
    Fixture.assertSays(
        assertThrows(IllegalStateException.class, () -> builder().discoverHeaps().build()),
        "the broker has no heap");
  }

  private static HeapProvider.Closed shut(String heap) {
    return new HeapProvider.Closed(
        heap, HeapProvider.Closed.Kind.NO_PERMISSION, "EACCES", "join the group video");
  }

  @Test
  void aBrokerOfWhichEveryHeapIsClosedStartsAndSaysWhyAtTheFirstRefusal() {
    HeapProvider.Closed missing =
        new HeapProvider.Closed(
            "udmabuf", HeapProvider.Closed.Kind.MISSING, "there is no /dev/udmabuf", "modprobe");
    try (Broker broker = builder().heaps(new Finds(List.of(shut("cma"), missing))).build()) {
      assertEquals(List.of(shut("cma"), missing), broker.snapshot().closedHeaps());
      Device camera = broker.register("camera", Constraints.none());
      SharedBuffer frame = broker.export(BlobSpec.of(1));
      UnsatisfiableException failure =
          assertThrows(
              UnsatisfiableException.class, () -> frame.attach(camera).map(Access.READ).close());
      Fixture.assertSays(
          failure,
          "the broker has no heap",
          "closed heaps: cma is closed: EACCES; join the group video",
          "udmabuf is closed: there is no /dev/udmabuf; modprobe");
    }
  }

  @Test
  void aRefusalNamesClosedHeapsOfThisMachineAndNoneThatItLacks() {
    HeapProvider finds =
        new Finds(
            List.of(
                new HeapProvider.Open(system),
                shut("cma"),
                new HeapProvider.Closed("huge", HeapProvider.Closed.Kind.MISSING, "none", "-")));
    try (Broker broker = builder().heaps(finds).build()) {
      Device display = broker.register("display", Fixture.CONTIGUOUS);
      SharedBuffer frame = broker.export(BlobSpec.of(1));
      UnsatisfiableException failure =
          assertThrows(
              UnsatisfiableException.class, () -> frame.attach(display).map(Access.READ).close());
      String text = String.valueOf(failure.getMessage());
      assertTrue(
          text.endsWith("; closed heaps: cma is closed: EACCES; join the group video"), text);
    }
  }

  @Test
  void whatIsClosedIsInTheSnapshot() {
    HeapProvider.Closed shut = shut("cma");
    HeapProvider finds = new Finds(List.of(shut, new HeapProvider.Open(system)));
    try (Broker broker = builder().heaps(finds).build()) {
      assertEquals(List.of(shut), broker.snapshot().closedHeaps());
      assertEquals("system", broker.snapshot().heaps().get(0).name());
    }
    assertEquals(1, system.timesClosed());
  }

  @Test
  void aProviderThatThrowsIsAClosedHeap() {
    for (Throwable thrown :
        List.of(new IllegalStateException("bug"), new NoClassDefFoundError("com/sun/jna/Native"))) {
      HeapProvider throwing =
          provider(
              "broken",
              false,
              () -> {
                throw rethrow(thrown);
              });
      try (Broker broker = builder().heaps(throwing).heap(system).build()) {
        HeapProvider.Closed closed = broker.snapshot().closedHeaps().get(0);
        assertEquals("broken", closed.heap());
        assertEquals("looking for it threw " + thrown, closed.reason());
        assertEquals("report this to its author", closed.remedy());
        assertEquals(1, broker.snapshot().heaps().size());
      }
    }
  }

  @Test
  void aProviderThatAnswersNullIsAClosedHeap() {
    try (Broker broker = builder().heap(system).heaps(new Finds(nothing())).build()) {
      assertEquals("finds", broker.snapshot().closedHeaps().get(0).heap());
    }
  }

  @Test
  void fallbacksAreAskedOnlyIfDevicesReachNoOtherHeap() {
    HeapProvider modelled = provider("modelled", true, () -> List.of(StubHeap.named("model")));
    builder().heaps(modelled).heap(system).build().close();
    assertEquals(List.of(), found);
    HeapTraits memfd = HeapTraits.builder().deviceAccess(Trait.declared(false)).build();
    try (Broker broker = builder().heaps(modelled).heap(new StubHeap("memfd", memfd)).build()) {
      assertEquals(
          List.of("memfd", "model"),
          broker.snapshot().heaps().stream().map(heap -> heap.name()).toList());
    }
  }

  @Test
  void aHeapThatThrowsAtTheStartIsNotHiddenAndOthersAreClosed() {
    IllegalStateException bug = new IllegalStateException("bug");
    Heap broken =
        new Heap() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public HeapTraits traits() {
            throw bug;
          }

          @Override
          public Backing allocate(Request request) {
            throw bug;
          }

          @Override
          public void close() {
            throw bug;
          }
        };
    var failure =
        assertThrows(
            IllegalStateException.class, () -> builder().heap(broken).heap(system).build());
    Fixture.assertSays(failure, broken.getClass().getName(), "threw " + bug);
    assertEquals(bug, Throwables.getRootCause(failure));
    assertEquals(1, system.timesClosed());
  }

  // ---- Heuristics ----

  @Test
  void aBrokerWithoutAHeuristicSaysWhatToAddAndClosesItsHeaps() {
    var failure =
        assertThrows(IllegalStateException.class, () -> Broker.builder().heap(system).build());
    Fixture.assertSays(
        failure,
        "the broker has no placement heuristic",
        "put dmabroker-heuristics on the path, or call heuristic(...)",
        "found: []");
    assertEquals(1, system.timesClosed());
  }

  // ---- Settings ----

  @Test
  void durationsThatAreNotPositive() {
    for (Duration none :
        List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
      assertRefused(b -> b.mapTimeout(none), "mapTimeout must be positive, is " + none);
      assertRefused(b -> b.longestHold(none), "longestHold must be positive, is " + none);
      assertRefused(b -> b.closeTimeout(none), "closeTimeout must be positive, is " + none);
      assertRefused(b -> b.moveRetries(none, 3), "firstBackOff must be positive, is " + none);
    }
    for (int attempts : new int[] {0, -1}) {
      assertRefused(
          b -> b.moveRetries(Duration.ofMillis(1), attempts),
          "maxAttempts must be at least 1, is " + attempts);
    }
  }

  private static void assertRefused(Consumer<BrokerBuilder> set, String says) {
    BrokerBuilder builder = builder();
    assertEquals(
        says, assertThrows(IllegalArgumentException.class, () -> set.accept(builder)).getMessage());
    builder.heap(StubHeap.named("system")).build().close(); // And is of use still.
  }

  @Test
  void theLongestDurationsAreTakenForEver() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
    try (Broker broker =
        builder()
            .heap(ScriptedHeap.system())
            .mapTimeout(longest)
            .longestHold(longest)
            .closeTimeout(longest)
            .moveRetries(longest, Integer.MAX_VALUE)
            .build()) {
      var device = broker.register(DeviceSpec.builder("any").build());
      assertEquals(Long.MAX_VALUE / 2, device.longestHold().toNanos());
      broker.export(BlobSpec.of(1)).attach(device).map(Access.READ).close();
    }
  }

  @Test
  void defaultsOfDevicesAreTheBrokers() {
    try (Broker broker = builder().heap(system).longestHold(Duration.ofMillis(7)).build()) {
      assertEquals(
          Duration.ofMillis(7), broker.register("quick", Constraints.none()).longestHold());
      assertEquals(
          Duration.ofMillis(9),
          broker
              .register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(9)).build())
              .longestHold());
    }
  }

  @Test
  void nulls() {
    List<Executable> calls =
        Arrays.asList(
            () -> builder().heap(nothing()),
            () -> builder().heaps(nothing()),
            () -> builder().heuristic(nothing()),
            () -> builder().listener(nothing()),
            () -> builder().mapTimeout(nothing()),
            () -> builder().longestHold(nothing()),
            () -> builder().closeTimeout(nothing()),
            () -> builder().moveRetries(nothing(), 1),
            () -> builder().callbackExecutor(nothing()));
    for (int i = 0; i < calls.size(); i++) {
      assertThrows(NullPointerException.class, calls.get(i), "call " + i);
    }
  }

  private static RuntimeException rethrow(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  private record Finds(List<HeapProvider.Finding> discover) implements HeapProvider {
    @Override
    public String name() {
      return "finds";
    }
  }
}
