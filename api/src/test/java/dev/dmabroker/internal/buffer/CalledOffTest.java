package dev.dmabroker.internal.buffer;

import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.RELEASED;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moves that are not wanted any more before they have begun to look for memory, and after. */
class CalledOffTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display = broker.register("display", CONTIGUOUS);
  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(camera);

  @BeforeEach
  void open() {
    write(in, 1);
  }

  /** Has all workers busy, until the test lets them go on. */
  private List<ScriptedMover.Stop> keepWorkersBusy() {
    List<ScriptedMover.Stop> stops = new ArrayList<>();
    Workers workers = Handles.of(buffer).life.services().workers();
    for (int i = 0; i < workers.most(); i++) {
      ScriptedMover.Stop stop = new ScriptedMover.Stop();
      stops.add(stop);
      workers.execute(stop::run);
    }
    stops.forEach(ScriptedMover.Stop::awaitReached);
    return stops;
  }

  @Test
  void whatNobodyNeedsWhenAWorkerIsFreeIsNotLookedFor() {
    List<ScriptedMover.Stop> busy = keepWorkersBusy();
    Attachment out = buffer.attach(display);
    out.close();
    assertEquals(PREPARING, buffer.state());
    busy.forEach(ScriptedMover.Stop::goOn);
    Await.until("called off", () -> buffer.state() == RESIDENT);
    assertEquals(0, cma.allocations());
    assertEquals(1, read(buffer.attach(display)), "a later one is not kept from moving");
  }

  @Test
  void aBufferThatHasEndedWhenAWorkerIsFreeDoesNotMove() {
    List<ScriptedMover.Stop> busy = keepWorkersBusy();
    buffer.attach(display);
    Ending.shutDown(Handles.of(buffer).life);
    assertEquals(PREPARING, buffer.state());
    busy.forEach(ScriptedMover.Stop::goOn);
    Await.until("over", () -> buffer.state() == RELEASED);
    assertEquals(0, cma.allocations());
    Await.until("given back", () -> system.live() == 0);
  }

  @Test
  void devicesThatKeepAttachingEndTheMoveAndNotTheBuffer() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    cma.onAllocate(
        () -> {
          int times = asked.incrementAndGet();
          if (times <= 16) { // Each needs more than the one before.
            buffer.attach(
                broker.register(
                    "display-" + times,
                    Constraints.builder().contiguous().minSize(SIZE + times * 4096L).build()));
          }
        });
    Attachment out = buffer.attach(display);
    BufferMove move = Events.next(events.rolledBack);
    assertEquals("devices kept attaching while memory was sought", move.failure().orElseThrow());
    assertEquals(1, read(out), "and the next attempt finds it");
    Await.until("what was found in vain is given back", () -> cma.live() == 1);
    assertEquals(17, asked.get(), "times that memory was sought, 16 of them in vain");
    assertTrue(events.rolledBack.isEmpty());
  }
}
