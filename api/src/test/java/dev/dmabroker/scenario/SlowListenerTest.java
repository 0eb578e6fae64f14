package dev.dmabroker.scenario;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot.ListenerState;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A listener that takes its time holds up its own events alone. */
class SlowListenerTest extends Fixture {
  private final CountDownLatch go = new CountDownLatch(1);
  private final CountDownLatch entered = new CountDownLatch(1);
  private final List<String> told = new CopyOnWriteArrayList<>();

  /** Blocks in its first event until the test lets it go. */
  private final BrokerListener slow =
      new BrokerListener() {
        @Override
        public void allocated(MemoryAllocated event) {
          tell("allocated " + event.buffer());
        }

        @Override
        public void moved(BufferMove event) {
          tell("moved " + event.buffer());
        }

        @Override
        public void stalled(MapStalled event) {
          tell("stalled " + event.buffer());
        }

        @Override
        public void released(MemoryReleased event) {
          tell("released " + event.buffer());
        }

        private void tell(String what) {
          entered.countDown();
          Await.latch(go);
          told.add(what);
        }
      };

  private Device camera;

  @BeforeEach
  void listen() {
    Subscription unused = broker.listen(slow);
    camera = broker.register("camera", Constraints.none());
  }

  @AfterEach
  void letGo() {
    go.countDown();
  }

  private ListenerState state() {
    List<ListenerState> states = broker.snapshot().listeners();
    return states.get(states.size() - 1);
  }

  @Test
  void mapsAndMovesOfAllBuffersGoOn() throws Exception {
    write(export().attach(camera), 1);
    entered.await();
    List<CompletableFuture<Mapping>> maps = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      maps.add(export().attach(camera).mapAsync(Access.WRITE));
    }
    for (CompletableFuture<Mapping> map : maps) {
      map.get(Await.DEADLINE.toSeconds(), SECONDS).close();
    }
    Attachment in = export().attach(camera);
    write(in, 2);
    Attachment out = in.buffer().attach(broker.register("display", CONTIGUOUS));
    assertEquals(2, read(out));
    assertEquals(in.buffer().name(), Events.next(events.moved).buffer());
    assertEquals(List.of(), told);
    assertTrue(state().queued() >= 14, state()::toString);
    go.countDown();
    Await.until("the move is told", () -> told.contains("moved " + in.buffer().name()));
    assertEquals("allocated buffer-1", told.get(0));
  }

  @Test
  void closingTheBrokerDoesNotWaitForItAndItIsToldTheEnd() throws Exception {
    write(export().attach(camera), 1);
    entered.await();
    broker.close();
    assertEquals(List.of(), told);
    assertEquals(0, system.live());
    go.countDown();
    Await.until("all is told", () -> told.contains("released buffer-1"));
    assertEquals(List.of("allocated buffer-1", "released buffer-1"), told);
  }

  @Test
  void whatIsToldOfMovesHoldsUpNoMove() throws Exception {
    Device display = broker.register("display", CONTIGUOUS);
    List<Long> generations = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 4; i++) { // More than there are copiers.
      Attachment in = export().attach(camera);
      write(in, i);
      Subscription unused =
          in.onMove(
              generation -> {
                Await.latch(go);
                generations.add(generation);
              });
      Attachment out = in.buffer().attach(display);
      assertEquals(i, read(out));
    }
    assertEquals(List.of(), generations);
    go.countDown();
    Await.until("all are told", () -> generations.equals(List.of(2L, 2L, 2L, 2L)));
  }

  @Test
  void theLastMoveIsToldAndNoneAfterALaterOne() throws Exception {
    Attachment in = export().attach(camera);
    write(in, 1);
    List<Long> generations = new CopyOnWriteArrayList<>();
    CountDownLatch first = new CountDownLatch(1);
    Subscription unused =
        in.onMove(
            generation -> {
              generations.add(generation);
              first.countDown();
              Await.latch(go);
            });
    Device display = broker.register("display", CONTIGUOUS);
    Device scattered =
        broker.register("scattered", Constraints.builder().permittedHeaps("system").build());
    for (int i = 0; i < 2; i++) {
      try (Attachment out = in.buffer().attach(display)) {
        assertEquals(1, read(out));
      }
      first.await();
      try (Attachment out = in.buffer().attach(scattered)) {
        assertEquals(1, read(out));
      }
    }
    go.countDown();
    Await.until("the last is told", () -> generations.contains(5L));
    assertEquals(generations.stream().sorted().distinct().toList(), generations);
  }
}
