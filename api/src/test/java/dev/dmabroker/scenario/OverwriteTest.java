package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** Contents are dropped for who overwrites them, and for nobody who only wanted to. */
class OverwriteTest extends Fixture {
  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
  private final Device display = broker.register("display", CONTIGUOUS);

  /** Contents, a writer that holds up the drain, and somebody who will need the move. */
  private final class Draining {
    final SharedBuffer buffer = export();
    final Attachment in = buffer.attach(camera);
    final Mapping held;
    final Attachment out;

    Draining() throws Exception {
      write(in, 5);
      held = start(() -> in.map(Access.WRITE)).result();
      out = buffer.attach(display);
      Await.until("draining", () -> buffer.state() == DRAINING);
    }

    void end() {
      in.close();
      out.close();
      buffer.close();
    }
  }

  @Test
  void anOverwriteThatTimedOutDropsNothing() throws Exception {
    Draining it = new Draining();
    assertThrows(
        WaitTimeoutException.class, () -> it.out.map(Access.OVERWRITE, Duration.ofMillis(1)));
    it.held.close();
    assertEquals(5, read(it.out));
    assertEquals(SIZE, Events.next(events.moved).copiedBytes());
  }

  @Test
  void anOverwriteThatWasInterruptedDropsNothing() throws Exception {
    Draining it = new Draining();
    var waiting = start(() -> it.out.map(Access.OVERWRITE)).parked();
    waiting.thread().interrupt();
    assertThrows(WaitInterruptedException.class, waiting::result);
    it.held.close();
    assertEquals(5, read(it.out));
  }

  @Test
  void anOverwriteThatWasCancelledDropsNothing() throws Exception {
    Draining it = new Draining();
    assertTrue(it.out.mapAsync(Access.OVERWRITE).cancel(false));
    it.held.close();
    assertEquals(5, read(it.out));
  }

  @Test
  void anOverwriteOfWhoWasDetachedDropsNothing() throws Exception {
    Draining it = new Draining();
    Attachment other = it.buffer.attach(broker.register("other", CONTIGUOUS));
    CompletableFuture<Mapping> unused = other.mapAsync(Access.OVERWRITE);
    other.close();
    it.held.close();
    assertEquals(5, read(it.out));
  }

  @Test
  void anOverwriteOfWhomTheNewPlaceDoesNotSuitDropsNothing() throws Exception {
    Draining it = new Draining();
    Device larger =
        broker.register("larger", Constraints.builder().contiguous().minSize(2 * SIZE).build());
    Attachment more = it.buffer.attach(larger);
    var overwriting = start(() -> more.map(Access.OVERWRITE, Duration.ofSeconds(30))).parked();
    Mapping reading = it.in.map(Access.READ);
    it.held.close();
    overwriting.result().close();
    // It was first in the queue, but the first move was to a place where it could not write.
    assertEquals(SIZE, Events.next(events.moved).copiedBytes());
    assertEquals(5, read(reading));
    reading.close();
  }

  @Test
  void anOverwriteThatTimesOutAsTheDrainEndsEitherDropsAndIsGrantedOrDropsNothing()
      throws Exception {
    for (int i = 0; i < 300; i++) {
      Draining it = new Draining();
      CyclicBarrier both = new CyclicBarrier(2);
      long nanos = 1 + i % 20 * 20_000L;
      var overwriting =
          start(
              () -> {
                both.await();
                try (Mapping mapping = it.out.map(Access.OVERWRITE, Duration.ofNanos(nanos))) {
                  return mapping.generation();
                } catch (WaitTimeoutException e) {
                  return 0L;
                }
              });
      both.await();
      it.held.close();
      boolean got = overwriting.result() > 0;
      Await.until("ended", () -> it.buffer.state() == RESIDENT);
      BufferMove move = Events.next(events.moved);
      if (!got) {
        assertEquals(SIZE, move.copiedBytes(), "dropped for nobody");
        assertEquals(5, read(it.out));
      } else if (move.copiedBytes() > 0) {
        assertEquals(5, read(it.out), "the copy had begun");
      }
      it.end();
    }
  }

  @Test
  void anOverwriteThatIsCancelledAsTheDrainEndsEitherDropsAndIsGrantedOrDropsNothing()
      throws Exception {
    for (int i = 0; i < 300; i++) {
      Draining it = new Draining();
      CyclicBarrier both = new CyclicBarrier(2);
      CompletableFuture<Mapping> future = it.out.mapAsync(Access.OVERWRITE);
      var cancelling =
          start(
              () -> {
                both.await();
                return future.cancel(false);
              });
      both.await();
      it.held.close();
      boolean cancelled = cancelling.result();
      BufferMove move = Events.next(events.moved);
      if (!cancelled) {
        future.join().close();
      } else if (move.copiedBytes() > 0) {
        assertEquals(5, read(it.out));
      }
      // Cancelled after it was granted: its mapping is closed again, and nothing is out.
      it.end();
      Await.until("gone", () -> it.buffer.state() == SharedBuffer.State.RELEASED);
    }
  }
}
