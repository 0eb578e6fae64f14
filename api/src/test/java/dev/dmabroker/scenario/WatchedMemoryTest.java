package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.Lists;
import dev.dmabroker.AllocationException;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.RebalancePolicy.Choice;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What others take of a heap counts, if the broker watches memory. */
class WatchedMemoryTest extends Fixture {
  private static final Duration OFTEN = Duration.ofMillis(1);

  private final ScriptedHeap scarce =
      new ScriptedHeap(
          "scarce", ScriptedHeap.ordinary().capacityBytes(Trait.declared(8 * SIZE)).build());
  private volatile List<MemoryPressure> pressure = List.of();
  private final AtomicReference<PlacementHeuristic.Request> asked = new AtomicReference<>();

  /** Ranks in order, and keeps what it was asked. */
  private final class Asked implements PlacementHeuristic {
    @Override
    public String name() {
      return "asked";
    }

    @Override
    public List<Ranked> rank(Request request) {
      asked.set(request);
      return new InOrder().rank(request);
    }
  }

  private BrokerBuilder watched() {
    broker.close();
    return Broker.builder()
        .heap(scarce)
        .heuristic(new Asked())
        .leakTracking(LeakTracking.NEVER)
        .watchMemory(OFTEN);
  }

  private HeapState heap() {
    return broker.snapshot().heaps().get(0);
  }

  private PlacementHeuristic.HeapLoad load() {
    return Objects.requireNonNull(asked.get(), "was not asked").heaps().get(0);
  }

  @Test
  void whatIsNeitherLeftNorTheBrokersIsOthers() {
    scarce.left(5 * SIZE);
    broker = watched().build();
    assertEquals(3 * SIZE, heap().othersBytes(), "the first look is made at the start");
    export().attach(broker.register("camera", Constraints.none())).map(Access.READ).close();
    assertEquals(3 * SIZE, load().othersBytes());
    assertEquals(3 * SIZE, load().takenBytes());
    scarce.left(3 * SIZE);
    Await.until("it is seen", () -> heap().othersBytes() == 4 * SIZE);
    assertEquals(SIZE, heap().usedBytes());
    scarce.left(null);
    Await.until("nothing is known", () -> heap().othersBytes() == 0);
  }

  @Test
  void aHeapIsNotAskedUnlessMemoryIsWatchedAndNoMoreOnceTheBrokerIsClosed() {
    broker.close();
    broker = Broker.builder().heap(scarce).heuristic(new InOrder()).build();
    broker.close();
    assertEquals(0, scarce.looks());
    ScriptedHeap other = scarce;
    broker = Broker.builder().heap(other).heuristic(new InOrder()).watchMemory(OFTEN).build();
    Await.until("it is asked again and again", () -> other.looks() > 3);
    broker.close();
  }

  @Test
  void aRefusalIsFollowedByALookThatHeuristicsKnowOf() {
    scarce.left(8 * SIZE);
    broker = watched().watchMemory(Duration.ofDays(1)).build();
    assertEquals(0, heap().othersBytes());
    scarce.left(SIZE);
    scarce.refuseNext(HeapException.Kind.FULL);
    assertThrows(AllocationException.class, export()::prepare);
    Await.until("it is seen", () -> heap().othersBytes() == 7 * SIZE);
    export().prepare();
    assertEquals(7 * SIZE, load().othersBytes());
  }

  @Test
  void ofAHeapOfUnknownCapacityNothingIsOthers() {
    ScriptedHeap boundless = ScriptedHeap.system();
    boundless.left(SIZE);
    broker.close();
    broker = Broker.builder().heap(boundless).heuristic(new Asked()).watchMemory(OFTEN).build();
    assertEquals(0, heap().othersBytes());
    export().prepare();
    assertEquals(0, load().takenBytes());
  }

  /** What the gauge tells; it throws if that is nothing. */
  private List<MemoryPressure> tell() {
    List<MemoryPressure> now = pressure;
    if (now.isEmpty()) {
      throw new IllegalStateException("told to");
    }
    return now;
  }

  @Test
  void pressureIsReadAtEachLook() {
    MemoryPressure calm = new MemoryPressure(Scope.MACHINE, 0, 0);
    MemoryPressure high = new MemoryPressure(Scope.CGROUP, 0.5, 0.25);
    pressure = List.of(calm);
    broker = watched().pressureGauge(this::tell).build();
    assertEquals(List.of(calm), broker.snapshot().memoryPressure());
    pressure = List.of(calm, high);
    Await.until("it is read", () -> broker.snapshot().memoryPressure().equals(List.of(calm, high)));
    pressure = List.of();
    Await.until("it is not known", () -> broker.snapshot().memoryPressure().isEmpty());
    pressure = List.of(high);
    Await.until("it is asked again", () -> !broker.snapshot().memoryPressure().isEmpty());
  }

  @Test
  void pressureIsNotReadUnlessMemoryIsWatched() {
    broker.close();
    AtomicInteger asked = new AtomicInteger();
    broker =
        Broker.builder()
            .heap(scarce)
            .heuristic(new InOrder())
            .pressureGauge(
                () -> {
                  asked.incrementAndGet();
                  return List.of();
                })
            .build();
    assertEquals(List.of(), broker.snapshot().memoryPressure());
    broker.close();
    assertEquals(0, asked.get());
  }

  @Test
  void theIntervalIsPositive() {
    assertThrows(IllegalArgumentException.class, () -> Broker.builder().watchMemory(Duration.ZERO));
  }

  @Test
  void buffersLeaveWhenOthersTakeMore() throws Exception {
    scarce.left(8 * SIZE);
    broker =
        watched()
            .heap(system)
            .heuristic(new LastFirst())
            .rebalancing(
                occupied ->
                    new Choice(
                        occupied.heap().othersBytes() > 0
                            ? occupied.candidates().stream()
                                .map(each -> each.resident().id())
                                .toList()
                            : List.of(),
                        1000,
                        1e9,
                        Optional.empty()))
            .build();
    var in = export().attach(broker.register("camera", Constraints.none()));
    system.capacity(0);
    write(in, 7);
    system.capacity(Long.MAX_VALUE);
    assertEquals("scarce", in.buffer().heapName().orElseThrow());
    scarce.left(SIZE);
    Await.until("it left", () -> in.buffer().heapName().orElseThrow().equals("system"));
    assertEquals(7, read(in));
  }

  /** The last heap first. */
  private static final class LastFirst implements PlacementHeuristic {
    @Override
    public String name() {
      return "last-first";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return Lists.reverse(new InOrder().rank(request));
    }
  }
}
