package dev.dmabroker.scenario;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.RebalancePolicy;
import dev.dmabroker.spi.RebalancePolicy.Candidate;
import dev.dmabroker.spi.RebalancePolicy.Choice;
import dev.dmabroker.spi.RebalancePolicy.Occupied;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Idle buffers leave scarce memory that they do not need any more. */
class RebalanceTest extends Fixture {
  private static final Optional<Duration> SOON = Optional.of(Duration.ofMillis(1));

  private final ScriptedHeap scarce =
      new ScriptedHeap(
          "scarce",
          ScriptedHeap.ordinary()
              .contiguous(Trait.declared(true))
              .capacityBytes(Trait.declared(4 * SIZE))
              .build());
  private final BlockingQueue<Occupied> asked = new LinkedBlockingQueue<>();
  private volatile RebalancePolicy policy = all(1000, 1e9);
  private final List<Attachment> shown = new ArrayList<>();
  private Device camera;
  private Device display;

  @BeforeEach
  void open() {
    broker.close();
    broker = open(occupied -> policy.choose(occupied));
    camera = broker.register("camera", Constraints.none());
    display = broker.register("display", CONTIGUOUS);
  }

  private Broker open(@Nullable RebalancePolicy rebalancing) {
    var builder =
        Broker.builder()
            .heap(system)
            .heap(scarce)
            .heuristic(new InOrder())
            .leakTracking(LeakTracking.NEVER)
            .listener(events, Delivery.IN_PLACE)
            .closeTimeout(Duration.ofMillis(50));
    return (rebalancing == null ? builder : builder.rebalancing(rebalancing)).build();
  }

  @AfterEach
  void close() {
    broker.close();
    assertEquals(0, system.live() + scarce.live());
  }

  /** Chooses all that could leave. */
  private RebalancePolicy all(double movesPerSecond, double bytesPerSecond) {
    return occupied -> {
      asked.add(occupied);
      return new Choice(ids(occupied), movesPerSecond, bytesPerSecond, Optional.empty());
    };
  }

  private static List<Long> ids(Occupied occupied) {
    return occupied.candidates().stream().map(each -> each.resident().id()).toList();
  }

  /** A buffer with contents that a display has moved into scarce memory. */
  private Attachment shown(long value) throws InterruptedException {
    Attachment in = export().attach(camera);
    write(in, value);
    Attachment out = in.buffer().attach(display);
    out.map(Access.READ).close();
    shown.add(out);
    assertEquals("scarce", Events.next(events.moved).to().orElseThrow());
    return in;
  }

  private void displayLeaves() {
    shown.forEach(Attachment::close);
    shown.clear();
  }

  @Test
  void aBufferGoesBackWithItsContentsOnceTheDisplayHasLeft() throws Exception {
    Attachment in = shown(7);
    displayLeaves();
    BufferMove move = Events.next(events.moved);
    assertEquals(BufferMove.Cause.REBALANCE, move.cause());
    assertEquals("scarce", move.from());
    assertEquals(Optional.of("system"), move.to());
    assertEquals("scarce", move.beneficiary());
    assertEquals(7, read(in));
    assertEquals(Optional.of("system"), in.buffer().heapName());
    Await.until("the memory is back", () -> scarce.live() == 0);
  }

  @Test
  void withoutAPolicyABufferStays() throws Exception {
    broker.close();
    broker = open(null);
    camera = broker.register("camera", Constraints.none());
    display = broker.register("display", CONTIGUOUS);
    Attachment in = shown(7);
    displayLeaves();
    write(export().attach(camera), 1);
    assertEquals(Optional.of("scarce"), in.buffer().heapName());
    assertEquals(0, events.moved.size());
  }

  @Test
  void thePolicyIsToldWhatLiesThereAndWhereItWouldGo() throws Exception {
    policy =
        occupied -> {
          asked.add(occupied);
          return Choice.NONE;
        };
    Attachment in = shown(7);
    asked.clear();
    displayLeaves();
    Occupied occupied = Events.next(asked);
    assertEquals("scarce", occupied.heap().name());
    assertEquals(SIZE, occupied.heap().usedBytes());
    assertFalse(occupied.isUnderWay());
    Candidate candidate = occupied.candidates().get(0);
    assertEquals(in.buffer().name(), candidate.resident().buffer());
    assertEquals(SIZE, candidate.resident().sizeBytes());
    assertEquals("system", candidate.target().name());
    assertEquals(SIZE, candidate.target().sizeBytes());
    assertTrue(candidate.resident().idle().compareTo(candidate.inPlace()) <= 0);
    assertEquals("camera", candidate.resident().users().get(0).device());
  }

  @Test
  void onlyBuffersThatAreIdleAndLieBetterElsewhereCouldLeave() throws Exception {
    Attachment busy = shown(1);
    Attachment strict = shown(2);
    Attachment free = shown(3);
    Attachment stays = strict.buffer().attach(broker.register("other", CONTIGUOUS));
    try (Mapping held = busy.map(Access.READ)) {
      displayLeaves();
      assertEquals(free.buffer().name(), Events.next(events.moved).buffer());
      assertEquals(Optional.of("scarce"), strict.buffer().heapName());
      assertEquals(2, held.generation());
    }
    assertEquals(1, read(busy));
    assertEquals(2, read(stays));
    assertEquals(3, read(free));
  }

  @Test
  void thePolicyIsAskedAgainAndKnowsThatItIsUnderWay() throws Exception {
    AtomicInteger answers = new AtomicInteger();
    policy =
        occupied -> {
          int number = answers.getAndIncrement();
          asked.add(occupied);
          return new Choice(List.of(), 1, 1, number == 0 ? SOON : Optional.empty());
        };
    shown(7);
    assertFalse(Events.next(asked).isUnderWay());
    assertTrue(Events.next(asked).isUnderWay());
    displayLeaves(); // The answer before named no time, so nothing is under way.
    assertFalse(Events.next(asked).isUnderWay());
  }

  @Test
  void movesKeepToTheirRateAndGoOnWhenItAllows() throws Exception {
    policy = all(1e-3, 1e9);
    Attachment first = shown(1);
    Attachment second = shown(2);
    displayLeaves();
    assertEquals(first.buffer().name(), Events.next(events.moved).buffer());
    assertEquals(Optional.of("scarce"), second.buffer().heapName());
    policy = all(1000, 1e9);
    write(export().attach(camera), 3); // A change, after which the policy is asked.
    assertEquals(second.buffer().name(), Events.next(events.moved).buffer());
  }

  @Test
  void bytesKeepToTheirRateToo() throws Exception {
    policy = all(1000, SIZE / 1e6);
    Attachment first = shown(1);
    Attachment second = shown(2);
    displayLeaves();
    assertEquals(first.buffer().name(), Events.next(events.moved).buffer());
    asked.clear();
    Events.next(asked); // The broker asks again, and is told so.
    assertEquals(Optional.of("scarce"), second.buffer().heapName());
  }

  @Test
  void aBufferThatIsMappedWhileItsNewPlaceIsSoughtStays() throws Exception {
    Attachment in = shown(7);
    AtomicReference<Mapping> held = new AtomicReference<>();
    CountDownLatch mapped = new CountDownLatch(1);
    system.onAllocate(
        () -> {
          held.compareAndSet(null, in.map(Access.WRITE));
          mapped.countDown();
        });
    displayLeaves();
    assertTrue(mapped.await(30, SECONDS));
    Await.until("it is called off", () -> system.live() == 0);
    assertEquals(Optional.of("scarce"), in.buffer().heapName());
    Objects.requireNonNull(held.get()).close();
    assertEquals(0, events.moved.size());
    system.onAllocate(() -> {});
  }

  @Test
  void readersGoOnBesideTheCopy() throws Exception {
    Attachment in = shown(7);
    BlockingQueue<Long> during = new LinkedBlockingQueue<>();
    AtomicReference<Thread> copier = new AtomicReference<>();
    system.onBegin(
        () -> {
          if (copier.compareAndSet(null, Thread.currentThread())) {
            Running<Long> reader = start(() -> read(in));
            try {
              during.add(reader.result());
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        });
    displayLeaves();
    assertEquals(7, Events.next(during));
    Events.next(events.moved);
    assertEquals(7, read(in));
  }

  @Test
  void aStrictDeviceThatComesDuringTheSearchKeepsTheBuffer() throws Exception {
    Attachment in = shown(7);
    AtomicReference<Attachment> late = new AtomicReference<>();
    Device other = broker.register("other", CONTIGUOUS);
    CountDownLatch attached = new CountDownLatch(1);
    system.onAllocate(
        () -> {
          if (late.get() == null) {
            late.set(in.buffer().attach(other));
            attached.countDown();
          }
        });
    displayLeaves();
    assertTrue(attached.await(30, SECONDS));
    Await.until("it is called off", () -> system.live() == 0);
    assertEquals(7, read(Objects.requireNonNull(late.get())));
    assertEquals(0, events.moved.size());
    assertEquals(0, events.rolledBack.size());
    system.onAllocate(() -> {});
  }

  @Test
  void aFullTargetLeavesTheBufferWhereItIsAndSaysSo() throws Exception {
    Attachment in = shown(7);
    system.refuse(HeapException.Kind.FULL);
    displayLeaves();
    BufferMove move = Events.next(events.rolledBack);
    assertEquals(BufferMove.Cause.REBALANCE, move.cause());
    assertEquals(7, read(in));
    assertEquals(SharedBuffer.State.RESIDENT, in.buffer().state());
    system.refuse(null);
  }

  @Test
  void aLeaseThatIsNotUsedIsAskedBack() throws Exception {
    Attachment in = shown(7);
    BlockingQueue<LeaseRecalled> recalled = new LinkedBlockingQueue<>();
    Lease lease = in.map(Access.READ_WRITE).lease("viewer", recalled::add);
    lease.endUse();
    displayLeaves();
    LeaseRecalled recall = Events.next(recalled);
    assertEquals(LeaseRecalled.Cause.REBALANCE, recall.cause());
    assertEquals(Optional.of("scarce"), recall.beneficiary());
    Events.next(events.moved);
    assertFalse(lease.tryUse());
    assertEquals(7, read(in));
  }

  @Test
  @SuppressWarnings("NullAway") // What a policy must not answer.
  void aPolicyThatThrowsOrAnswersNullOrNamesOthersMovesNothing() throws Exception {
    Attachment in = shown(7);
    List<RebalancePolicy> wrong = new ArrayList<>();
    wrong.add(
        occupied -> {
          throw new IllegalStateException("bug");
        });
    wrong.add(occupied -> null);
    wrong.add(occupied -> new Choice(List.of(-1L, Long.MAX_VALUE), 1, 1, Optional.empty()));
    for (RebalancePolicy each : wrong) {
      CountDownLatch done = new CountDownLatch(1);
      policy =
          occupied -> {
            try {
              return each.choose(occupied);
            } finally {
              done.countDown();
            }
          };
      displayLeaves();
      write(export().attach(camera), 1);
      assertTrue(done.await(30, SECONDS));
    }
    assertEquals(Optional.of("scarce"), in.buffer().heapName());
    policy = all(1000, 1e9);
    write(export().attach(camera), 1);
    assertEquals(in.buffer().name(), Events.next(events.moved).buffer());
  }

  @Test
  void closingEndsAMoveThatWaitsForItsHeap() throws Exception {
    Attachment in = shown(7);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    system.onAllocate(
        () -> {
          inside.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    displayLeaves();
    assertTrue(inside.await(30, SECONDS));
    Running<Boolean> closing =
        start(
            () -> {
              try {
                broker.close();
              } catch (BrokerException e) {
                // The heap took its time.
              }
              return true;
            });
    closing.parked();
    go.countDown();
    assertTrue(closing.result());
    Await.until("all memory is back", () -> system.live() + scarce.live() == 0);
    assertEquals(SharedBuffer.State.RELEASED, in.buffer().state());
    assertEquals(0, events.moved.size());
  }
}
