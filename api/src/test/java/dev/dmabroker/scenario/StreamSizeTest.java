package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a stream grows and shrinks between its bounds, and streams of one buffer. */
class StreamSizeTest extends VideoFixture {
  // ---- Growing and shrinking ----

  @Test
  void growsWhenTheProducerWouldWaitUpToTheLimit() throws Exception {
    BufferStream stream = started(spec -> spec.maxBuffers(4));
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      held.add(stream.acquire());
    }
    assertEquals(4, system.allocations());
    var failure = assertThrows(WaitTimeoutException.class, () -> stream.acquire(AT_ONCE));
    assertSays(failure, "acquire a buffer of video", "it has all the 4 buffers", "camera holds 4");
    assertEquals(4, failure.holders().size());
    assertEquals(4, stream.snapshot().depth());
    assertTrue(stream.snapshot().heldBack().isPresent());
    assertSays(new Exception(Events.next(streamEvents.heldBack).reason()), "all the 4");
    var waiting = start(() -> stream.acquire()).parked();
    held.get(0).close();
    EmptyFrame got = waiting.result();
    assertEquals(held.get(0).index(), got.index());
    got.close();
    assertTrue(stream.snapshot().heldBack().isEmpty());
    held.forEach(EmptyFrame::close);
  }

  @Test
  void growsUpToTheBytes() {
    BufferStream stream = started(spec -> spec.maxBytes(3 * SIZE + 1));
    for (int i = 0; i < 3; i++) {
      EmptyFrame unused = stream.acquire();
    }
    assertSays(
        assertThrows(WaitTimeoutException.class, () -> stream.acquire(AT_ONCE)), "bytes", "takes");
    assertEquals(3 * SIZE, stream.snapshot().sizeBytes());
  }

  @Test
  void growsUntilTheHeapsSayNoWhichIsNoFailure() throws Exception {
    system.capacity(3 * SIZE);
    cma.capacity(0);
    BufferStream stream = started(spec -> spec);
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(stream.acquire());
    }
    var failure =
        assertThrows(WaitTimeoutException.class, () -> stream.acquire(Duration.ofMillis(200)));
    assertSays(failure, "there is no memory", "ENOMEM");
    assertInstanceOf(AllocationException.class, failure.getCause());
    var waiting = start(() -> stream.acquire()).parked();
    held.get(1).submit();
    assertEquals(held.get(1).index(), waiting.result().index());
    assertEquals(3, stream.snapshot().depth());
    assertEquals(3, broker.snapshot().buffers().size(), "what was tried is gone");
  }

  @Test
  void asksTheHeapsAgainAfterTheQuietTime() throws Exception {
    system.capacity(2 * SIZE);
    cma.capacity(0);
    BufferStream stream = started(spec -> spec.quietTime(Duration.ofMillis(20)));
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire()).parked();
    Events.next(streamEvents.heldBack);
    system.capacity(3 * SIZE);
    assertEquals(2, waiting.result().index());
    one.close();
    other.close();
  }

  @Test
  void asksTheHeapsAgainThoughNoBufferIsLeft() throws Exception {
    BufferStream stream = started(spec -> spec.minBuffers(1).quietTime(Duration.ofMillis(500)));
    system.capacity(0);
    cma.capacity(0);
    stream.remove(0);
    Events.next(streamEvents.heldBack);
    var waiting = stream.acquireAsync();
    system.capacity(SIZE);
    waiting.get(10, TimeUnit.SECONDS).close();
  }

  @Test
  void givesBackWhatLayIdleButNotBelowTheStartingCount() {
    BufferStream stream = started(spec -> spec.minBuffers(3).quietTime(Duration.ofMillis(20)));
    List<EmptyFrame> held = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      held.add(stream.acquire());
    }
    held.forEach(EmptyFrame::close);
    Await.until("shrunk", () -> stream.snapshot().shrunk() == 3);
    assertEquals(3, stream.snapshot().depth());
    Await.until("given back", () -> system.live() == 3);
    stream.acquire().close();
    assertEquals(6, system.allocations());
  }

  @Test
  void camping() {
    Device encoder =
        broker.register("encoder", Constraints.builder().camping(3).dedicatedSlack(1).build());
    BufferStream stream = stream(spec -> spec);
    stream.consumer(encoder, Policy.EVERY_FRAME);
    stream.start();
    assertEquals(5, stream.snapshot().depth(), "four to hold and one to fill");
    Device greedy = broker.register("greedy", Constraints.builder().camping(40).build());
    assertSays(
        assertThrows(IllegalArgumentException.class, () -> stream.consumer(greedy, Policy.LATEST)),
        "45",
        "32",
        "greedy");
    Device few = broker.register("few", Constraints.builder().maxCount(4).build());
    assertThrows(UnsatisfiableException.class, () -> stream.consumer(few, Policy.LATEST));
    Device more = broker.register("more", Constraints.builder().camping(2).build());
    stream.consumer(more, Policy.LATEST);
    Await.until("grown to what is declared", () -> stream.snapshot().depth() == 7);
  }

  @Test
  void aStartThatFindsTooLittleMemoryKeepsNothing() {
    system.capacity(2 * SIZE);
    cma.capacity(0);
    BufferStream stream = stream(spec -> spec.minBuffers(3));
    assertThrows(AllocationException.class, stream::start);
    assertEquals(State.STOPPED, stream.state());
    assertEquals(0, system.live());
    assertEquals(List.of(), broker.snapshot().buffers());
    system.capacity(3 * SIZE);
    stream.start();
    assertEquals(3, stream.snapshot().depth());
  }

  @Test
  void tryAcquireGrowsInTheBackground() {
    BufferStream stream = started(spec -> spec.maxBuffers(3));
    EmptyFrame one = stream.tryAcquire().orElseThrow();
    EmptyFrame other = stream.tryAcquire().orElseThrow();
    Await.until("grown", () -> stream.tryAcquire().isPresent());
    assertEquals(3, stream.snapshot().depth());
    one.close();
    other.close();
  }

  // ---- Single buffers ----

  @Test
  void oneBufferIsTakenOutWhileTheOthersRun() {
    BufferStream stream = started(spec -> spec.minBuffers(1).maxBuffers(3));
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 4);
    int index = 0;
    assertTrue(stream.remove(index));
    assertFalse(stream.remove(index), "it is leaving");
    assertFalse(stream.remove(17));
    assertEquals(1, system.live());
    submit(stream, 5);
    try (Frame frame = consumer.take()) {
      assertEquals(4, read(frame.mapping()), "who has it keeps it");
    }
    Await.until("destroyed", () -> broker.snapshot().buffers().size() == 1);
    try (Frame frame = consumer.take()) {
      assertEquals(5, read(frame.mapping()));
    }
    submit(stream, 6);
    consumer.take().close();
  }

  @Test
  void aBufferMoreThatTakesLongHoldsNobodyUp() throws Exception {
    BufferStream stream = started(spec -> spec);
    CountDownLatch slow = new CountDownLatch(1);
    system.onAllocate(
        () -> {
          try {
            slow.await();
          } catch (InterruptedException e) {
            throw new HeapException(HeapException.Kind.FAILED, "interrupted");
          }
        });
    EmptyFrame one = stream.acquire();
    EmptyFrame other = stream.acquire();
    var waiting = start(() -> stream.acquire()).parked();
    one.close();
    assertEquals(one.index(), waiting.result().index());
    slow.countDown();
    Await.until("grown", () -> stream.snapshot().free() == 1);
    other.close();
    assertEquals(SharedBuffer.State.RESIDENT, broker.snapshot().buffers().get(0).state());
  }
}
