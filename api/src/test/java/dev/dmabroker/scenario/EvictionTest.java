package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Idle buffers make room for one that has no other place. */
class EvictionTest extends Fixture {
  private final AtomicReference<PlacementHeuristic.Crowded> asked = new AtomicReference<>();
  private double movesPerSecond = 1000;
  private @Nullable Supplier<PlacementHeuristic.Eviction> fault;
  private Device camera;
  private Device display;

  /** In order, but contiguous memory first; moves out whatever it can. */
  private final class Pushy implements PlacementHeuristic {
    @Override
    public String name() {
      return "pushy";
    }

    @Override
    public List<Ranked> rank(Request request) {
      List<Ranked> ranked = new ArrayList<>();
      for (HeapLoad heap : request.heaps()) {
        ranked.add(0, new Ranked(heap.name(), 0, "last first"));
      }
      return ranked;
    }

    @Override
    public Eviction evict(Crowded crowded) {
      asked.set(crowded);
      if (fault != null) {
        return fault.get();
      }
      return new Eviction(crowded.residents().stream().map(Resident::id).toList(), movesPerSecond);
    }
  }

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().heuristic(new Pushy()).build();
    camera = broker.register("camera", Constraints.none());
    display = broker.register("display", CONTIGUOUS);
    cma.capacity(2 * SIZE);
  }

  @AfterEach
  void close() {
    broker.close();
    assertEquals(0, system.live() + cma.live());
  }

  private PlacementHeuristic.Crowded asked() {
    return Objects.requireNonNull(asked.get(), "was not asked");
  }

  @Test
  void aLeaseThatIsNotUsedKeepsNoBufferIn() throws Exception {
    Attachment idle = export().attach(camera);
    write(idle, 7);
    BlockingQueue<LeaseRecalled> asked = new LinkedBlockingQueue<>();
    Lease lease = idle.map(Access.READ_WRITE).lease("viewer", asked::add);
    Attachment other = export().attach(camera);
    Lease used = other.map(Access.READ).lease("viewer", recall -> {});
    lease.endUse();
    try (Mapping unused = export().attach(display).map(Access.READ)) {
      assertEquals(Optional.of("system"), idle.buffer().heapName());
      assertEquals(Optional.of("cma"), other.buffer().heapName(), "it is in use");
    }
    LeaseRecalled recall = Events.next(asked);
    assertEquals(LeaseRecalled.Cause.EVICTION, recall.cause());
    assertEquals(Optional.of("buffer-3"), recall.beneficiary());
    assertFalse(lease.tryUse());
    used.endUse();
    assertEquals(7, read(idle));
  }

  @Test
  void theLastUseOfALeaseCountsAndItsStandingDoesNot() {
    Attachment one = export().attach(camera);
    Attachment two = export().attach(camera);
    Lease early = one.map(Access.READ).lease("viewer", recall -> {});
    early.endUse();
    Lease late = two.map(Access.READ).lease("viewer", recall -> {});
    late.endUse();
    long lateUse = System.nanoTime();
    Await.until("later", () -> System.nanoTime() - lateUse > 5_000_000); // The clock's grain.
    assertTrue(early.tryUse());
    early.endUse();
    late.close(); // Neither that it stands nor that it is over is a use.
    export().attach(display).map(Access.READ).close();
    Map<String, Duration> idle = new HashMap<>();
    asked().residents().forEach(each -> idle.put(each.buffer(), each.idle()));
    Duration first = Objects.requireNonNull(idle.get("buffer-1"));
    assertTrue(first.compareTo(Objects.requireNonNull(idle.get("buffer-2"))) < 0, idle::toString);
  }

  @Test
  void anIdleBufferMovesOutWithItsContents() throws Exception {
    long start = System.nanoTime();
    Attachment idle = export().attach(camera);
    write(idle, 7);
    Attachment other = export().attach(camera);
    write(other, 8);
    assertEquals(Optional.of("cma"), idle.buffer().heapName());
    try (Mapping unused = export().attach(display).map(Access.READ)) {
      assertEquals(Optional.of("system"), idle.buffer().heapName(), "the first that was named");
      assertEquals(Optional.of("cma"), other.buffer().heapName(), "one was enough");
    }
    assertEquals(7, read(idle));
    assertEquals(8, read(other));
    var move = Events.next(events.moved);
    assertEquals(BufferMove.Cause.ROOM, move.cause());
    assertTrue(move.beneficiary().startsWith("buffer-"), move.beneficiary());
    assertEquals(2, asked().residents().size());
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    for (PlacementHeuristic.Resident resident : asked().residents()) {
      assertEquals(SIZE, resident.sizeBytes());
      assertTrue(resident.idle().compareTo(elapsed) <= 0, "idle since it was placed at most");
    }
    assertEquals(
        List.of(camera.name()),
        asked().residents().get(0).users().stream().map(PlacementHeuristic.User::device).toList());
  }

  @Test
  void theFirstHeapIsMadeRoomInLikeAnyOther() {
    broker.close();
    ScriptedHeap first = ScriptedHeap.cma();
    broker =
        Broker.builder()
            .heap(first)
            .heap(system)
            .heuristic(new Pushy())
            .leakTracking(LeakTracking.NEVER)
            .build();
    first.capacity(SIZE);
    system.capacity(0);
    Attachment idle = export().attach(broker.register("camera", Constraints.none()));
    write(idle, 7);
    system.capacity(Long.MAX_VALUE);
    export().attach(broker.register("display", CONTIGUOUS)).map(Access.READ).close();
    assertEquals(Optional.of("system"), idle.buffer().heapName());
    assertEquals(7, read(idle));
  }

  @Test
  void whatIsMappedOrHasNoOtherPlaceStays() {
    SharedBuffer strict = export();
    strict.attach(display).map(Access.READ).close();
    SharedBuffer busy = export();
    Attachment in = busy.attach(camera);
    try (Mapping held = in.map(Access.READ)) {
      Attachment late = export().attach(display);
      var failure = assertThrows(AllocationException.class, () -> late.map(Access.READ));
      assertSays(failure, "cma: ENOMEM");
      assertEquals(List.of(), asked().residents());
      assertEquals(Optional.of("cma"), strict.heapName());
      assertEquals(1, held.generation());
    }
  }

  @Test
  void aBufferThatIsMappedWhileItsNewPlaceIsSoughtStays() throws Exception {
    Attachment victim = export().attach(camera);
    write(victim, 7);
    export().attach(display).map(Access.READ).close();
    AtomicReference<Mapping> held = new AtomicReference<>();
    system.onAllocate(
        () -> {
          if (held.get() == null) {
            held.set(victim.map(Access.READ));
          }
        });
    Attachment late = export().attach(display);
    assertSays(
        assertThrows(AllocationException.class, () -> late.map(Access.READ)),
        "0 of 1 idle buffers moved out");
    assertEquals(Optional.of("cma"), victim.buffer().heapName());
    assertEquals(SharedBuffer.State.RESIDENT, victim.buffer().state());
    assertEquals(0, system.live());
    Objects.requireNonNull(held.get()).close();
    late.map(Access.READ).close();
    assertEquals(7, read(victim));
  }

  @Test
  void noMoreThanTheRateMoveOut() {
    movesPerSecond = 1e-9;
    List<Attachment> idle = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      idle.add(export().attach(camera));
      write(idle.get(i), i);
    }
    export().attach(display).map(Access.READ).close(); // The first is free.
    Attachment late = export().attach(display);
    assertSays(
        assertThrows(AllocationException.class, () -> late.map(Access.READ)),
        "cma: 0 idle buffers moved out, and no more for now: at most 1.0E-9 a second");
  }

  @Test
  void saysHowManyMovedOutBeforeTheRateWasReached() {
    // Each that moves out makes room, but not enough.
    movesPerSecond = 2;
    cma.capacity(4 * SIZE);
    for (int i = 0; i < 4; i++) {
      write(export().attach(camera), i);
    }
    Attachment late =
        broker.export("large", BlobSpec.of(4 * SIZE)).attach(broker.register("large", CONTIGUOUS));
    assertSays(
        assertThrows(AllocationException.class, () -> late.map(Access.READ)),
        "cma: 2 idle buffers moved out, and no more for now: at most 2.0 a second");
    assertEquals(2, cma.live());
  }

  @Test
  void residentsAreNamedInTheOrderOfTheirExport() {
    cma.capacity(20 * SIZE);
    for (int i = 0; i < 20; i++) {
      write(export().attach(camera), i);
    }
    export().attach(display).map(Access.READ).close();
    List<Long> ids = asked().residents().stream().map(PlacementHeuristic.Resident::id).toList();
    assertEquals(20, ids.size());
    assertEquals(ids.stream().sorted().toList(), ids);
  }

  @Test
  @SuppressWarnings("NullAway") // What nobody should answer.
  void aHeuristicThatThrowsOrAnswersNullMovesNothingOutAndTheMapSaysWhatTheHeapSaid() {
    write(export().attach(camera), 1);
    write(export().attach(camera), 2);
    Attachment late = export().attach(display);
    fault =
        () -> {
          throw new IllegalStateException("bug");
        };
    assertSays(assertThrows(AllocationException.class, () -> late.map(Access.READ)), "cma: ENOMEM");
    fault = () -> null;
    assertSays(assertThrows(AllocationException.class, () -> late.map(Access.READ)), "cma: ENOMEM");
    assertEquals(0, system.live());
    fault = null;
    late.map(Access.READ).close();
  }

  @Test
  void nothingIsAskedToLeaveWhileThereIsSpaceElsewhere() {
    for (int i = 0; i < 4; i++) {
      write(export().attach(camera), i);
    }
    assertEquals(null, asked.get());
    assertEquals(2, cma.live());
    assertEquals(2, system.live());
  }

  @Test
  void nobodyIsLeftOutToMakeRoom() {
    cma.capacity(SIZE);
    Device extra =
        broker.register(DeviceSpec.builder("extra").constraints(CONTIGUOUS).dispensable().build());
    Attachment in = export().attach(camera);
    Attachment served = in.buffer().attach(extra);
    write(in, 7);
    Attachment late = export().attach(display);
    assertThrows(AllocationException.class, () -> late.map(Access.READ));
    assertEquals(7, read(served));
    assertEquals(Optional.of("cma"), in.buffer().heapName());
  }

  @Test
  void whoMakesRoomDoesNotPushOthersOut() {
    system.capacity(0);
    write(export().attach(camera), 1);
    write(export().attach(camera), 2);
    Attachment late = export().attach(display);
    assertSays(
        assertThrows(AllocationException.class, () -> late.map(Access.READ)),
        "0 of 2 idle buffers moved out");
    assertEquals("cma", asked().heap().name());
  }
}
