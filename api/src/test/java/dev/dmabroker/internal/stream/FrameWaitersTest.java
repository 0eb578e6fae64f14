package dev.dmabroker.internal.stream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.CpuView;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedMover;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Buffers that are not ready for their waiter, and waiters that go as they are served. */
class FrameWaitersTest extends StreamFixture {

  @Test
  void whoIsServedAsItGivesUpKeepsWhatItGot() throws Exception {
    ManagedStream stream = startedWith(1);
    EmptyFrame held = stream.acquire();
    var waiting =
        start(
                () -> {
                  EmptyFrame frame = stream.acquire(FOR_EVER);
                  assertTrue(Thread.interrupted(), "it stays interrupted");
                  return frame;
                })
            .parked();
    synchronized (stream.life.lock) {
      waiting.thread().interrupt();
      Await.until("it wants to give up", () -> waiting.thread().getState() == Thread.State.BLOCKED);
      held.close();
    }
    waiting.result().close();
    assertEquals(1, stream.snapshot().free());
  }

  @Test
  void whatIsGrantedIsHeldByWhoWaited() throws Exception {
    ManagedStream stream = startedWith(1);
    EmptyFrame held = stream.acquire();
    var waiting = start(stream::acquire).parked();
    held.close();
    EmptyFrame frame = waiting.result();
    assertEquals(
        waiting.thread().getName(), broker.snapshot().buffers().get(0).holders().get(0).thread());
    frame.close();
  }

  // ---- Buffers on the move ----

  @Test
  void whoDoesNotWaitForABufferOnTheMoveIsGivenItWhenItHasMoved() throws Exception {
    ManagedStream stream = startedWith(1);
    ScriptedMover.Stop stop = moving(stream);
    CompletableFuture<EmptyFrame> waiting = stream.acquireAsync();
    Await.until("it has the buffer", () -> stream.snapshot().filling() == 1);
    assertFalse(waiting.isDone());
    stop.goOn();
    EmptyFrame frame = waiting.get(30, SECONDS);
    assertEquals("cma", frame.mapping().heapName());
    assertTrue(frame.mapping().isOpen());
    frame.submit();
    assertEquals(1, stream.snapshot().inFlight());
  }

  // ---- Buffers to be scrubbed ----

  /** Its only buffer shows what a consumer that has just come must not see. */
  private ManagedStream toScrub(int most) {
    ManagedStream stream = started(spec -> spec.minBuffers(1).maxBuffers(most));
    submit(stream, 77);
    stream.consumer(
        broker.register(DeviceSpec.builder("stranger").group("others").build()),
        Policy.EVERY_FRAME);
    return stream;
  }

  private static long firstWord(EmptyFrame frame) {
    try (CpuView view = frame.mapping().cpuView()) {
      return view.bytes().getLong(0);
    }
  }

  @Test
  void whoDoesNotWaitIsGivenABufferThatIsScrubbed() throws Exception {
    ManagedStream stream = toScrub(1);
    EmptyFrame frame = stream.acquireAsync().get(30, SECONDS);
    assertEquals(0, firstWord(frame));
    assertEquals(1, stream.snapshot().scrubbed());
  }

  @Test
  void whoDoesNotWaitIsGivenAnotherWhereOneCannotBeScrubbed() throws Exception {
    ManagedStream stream = toScrub(2);
    system.onBegin(
        () -> {
          system.onBegin(() -> {});
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    EmptyFrame frame = stream.acquireAsync().get(30, SECONDS);
    assertEquals(0, firstWord(frame));
    assertEquals(2, system.allocations());
    assertEquals(0, stream.snapshot().scrubbed());
  }
}
