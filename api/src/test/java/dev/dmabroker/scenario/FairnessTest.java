package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Nobody is starved by those who never pause. */
class FairnessTest extends Fixture {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(LONG).build());
  private final Device display =
      broker.register(
          DeviceSpec.builder("display").constraints(CONTIGUOUS).longestHold(LONG).build());
  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(camera);
  private final AtomicBoolean stop = new AtomicBoolean();

  /**
   * Maps without a pause until told to stop, each thread beginning before another ends: so there is
   * always a mapping out as long as all are let in.
   */
  private List<Running<Integer>> hammer(int threads, Access access) throws Exception {
    CountDownLatch running = new CountDownLatch(threads);
    List<Running<Integer>> hammering = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Attachment own = buffer.attach(broker.register("hammer-" + access + i, Constraints.none()));
      hammering.add(
          start(
              () -> {
                int maps = 0;
                Mapping held = own.map(access, LONG);
                while (!stop.get()) {
                  held = next(own, access, held);
                  maps++;
                  running.countDown();
                }
                held.close();
                return maps;
              }));
    }
    running.await();
    return hammering;
  }

  /** The next mapping, begun before the last is closed if that is possible without waiting. */
  private static Mapping next(Attachment own, Access access, Mapping held) {
    Mapping next = own.tryMap(access).orElse(null);
    held.close();
    return next != null ? next : own.map(access, LONG);
  }

  private void end(List<Running<Integer>> hammering) throws Exception {
    stop.set(true);
    for (Running<Integer> thread : hammering) {
      Integer unused = thread.result(); // None has failed.
    }
  }

  /** Fails if a drain waits for readers too. */
  @Test
  void readersThatNeverPauseStarveNoWriterThatWaitsForAMove() throws Exception {
    write(in, 1);
    List<Running<Integer>> hammering = hammer(3, Access.READ);
    Attachment out = buffer.attach(display);
    try (Mapping mapping = out.map(Access.WRITE, LONG)) {
      assertEquals("cma", mapping.heapName());
    }
    try (Mapping mapping = in.map(Access.WRITE, LONG)) {
      assertEquals("cma", mapping.heapName());
    }
    assertEquals(1, Events.next(events.moved).attempt());
    end(hammering);
    Await.until("the old place is given back", () -> system.live() == 0);
  }

  /** Fails if gates let writers in while those that are out drain. */
  @Test
  void writersThatNeverPauseStarveNoReaderThatWaitsForAMove() throws Exception {
    write(in, 1);
    List<Running<Integer>> hammering = hammer(3, Access.READ_WRITE);
    Attachment out = buffer.attach(display);
    try (Mapping mapping = out.map(Access.READ, LONG)) {
      assertEquals("cma", mapping.heapName());
    }
    BufferMove move = Events.next(events.moved);
    assertEquals(1, move.attempt());
    end(hammering);
  }

  /** Fails if gates let anybody in while an evacuation drains. */
  @Test
  void whoNeverPausesStarvesNoEvacuation() throws Exception {
    write(in, 1);
    List<Running<Integer>> hammering = hammer(2, Access.READ);
    List<Running<Integer>> writing = hammer(2, Access.READ_WRITE);
    for (int i = 0; i < 20; i++) {
      buffer.evacuate(LONG);
    }
    end(hammering);
    end(writing);
    assertEquals(20, events.released.size());
  }

  /** Fails if gates let writers in while those that are out drain. */
  @Test
  void whoWaitsIsServedThoughOthersKeepAsking() throws Exception {
    write(in, 1);
    List<Running<Integer>> hammering = hammer(2, Access.READ_WRITE);
    for (int i = 1; i <= 5; i++) {
      Attachment next =
          buffer.attach(
              broker.register(
                  "strict-" + i, Constraints.builder().contiguous().minSize(i * SIZE).build()));
      try (Mapping mapping = next.map(Access.WRITE, LONG)) {
        assertEquals(i + 1, mapping.generation());
      }
    }
    end(hammering);
    assertEquals(0, events.rolledBack.size());
  }
}
