package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.ScriptedMover;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Buffers of a stream that pass between groups which do not trust each other. */
class StreamTrustTest extends RationedFixture {
  @Test
  void aBufferThatPassesToAnotherGroupIsScrubbed() throws Exception {
    BufferStream stream = started(spec -> spec.minBuffers(1));
    StreamConsumer same = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 77);
    same.take().close();
    EmptyFrame again = stream.acquire();
    try (CpuView view = again.mapping().cpuView()) {
      assertEquals(77, view.bytes().getLong(0), "nobody new, nothing done");
    }
    Device stranger = broker.register(DeviceSpec.builder("stranger").group("others").build());
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    again.submit();
    try (Frame frame = same.take()) {
      assertEquals(1, frame.sequence());
    }
    assertTrue(other.tryTake().isEmpty(), "it was acquired before and shows what it must not");
    assertEquals(
        new EventRecords.FrameDropped("video", "stranger", 1, FrameDropped.Reason.FOREIGN),
        Events.next(streamEvents.dropped));
    assertEquals(1, stream.snapshot().consumers().get(1).dropped());
    same.close();
    assertEquals(0, stream.snapshot().scrubbed());
    EmptyFrame clean = stream.acquire();
    try (CpuView view = clean.mapping().cpuView()) {
      for (int i = 0; i < SIZE; i += 8) {
        assertEquals(0, view.bytes().getLong(i));
      }
    }
    clean.submit();
    other.take().close();
    long scrubbed = stream.snapshot().scrubbed();
    assertTrue(scrubbed > 0);
    submit(stream, 5);
    other.take().close();
    assertEquals(scrubbed, stream.snapshot().scrubbed(), "once for a buffer");
    other.close();
    submit(stream, 6);
    StreamConsumer back = stream.consumer(stranger, Policy.EVERY_FRAME);
    submit(stream, 7);
    back.take().close();
    assertTrue(stream.snapshot().scrubbed() > scrubbed, "who was away has missed something");
  }

  @Test
  void aHeapsPromiseOfZerosIsNotReliedOn() {
    system.giveFilled((byte) 7);
    cma.giveFilled((byte) 7);
    Device stranger = broker.register(DeviceSpec.builder("stranger").group("others").build());
    BufferStream stream = started(spec -> spec.minBuffers(1));
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    stream.acquire().submit();
    assertClear(other);
    StreamConsumer display =
        stream.consumer(broker.register("display", CONTIGUOUS), Policy.EVERY_FRAME);
    stream.acquire().submit();
    assertClear(other);
    assertClear(display);
    assertEquals(Optional.of("cma"), broker.snapshot().buffers().get(0).heap());
  }

  private static void assertClear(StreamConsumer consumer) {
    try (Frame frame = consumer.take();
        CpuView view = frame.mapping().cpuView()) {
      for (int i = 0; i < SIZE; i += 8) {
        assertEquals(0, view.bytes().getLong(i));
      }
    }
  }

  @Test
  void memoryThatCannotBeClearedCountsAsRefused() {
    broker.register(DeviceSpec.builder("stranger").group("others").build());
    system.onBegin(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    cma.onBegin(
        () -> {
          throw new LinkageError("a test");
        });
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), camera));
    assertSays(assertThrows(AllocationException.class, stream::start), "EIO", "cleared", "a test");
    assertEquals(0, system.live() + cma.live());
  }

  @Test
  void whatCannotBeScrubbedIsReplaced() throws Exception {
    BufferStream stream = started(spec -> spec.minBuffers(1));
    submit(stream, 77);
    Device stranger = broker.register(DeviceSpec.builder("stranger").group("others").build());
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    system.onBegin(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    int before = system.allocations();
    EmptyFrame frame = stream.acquire();
    assertTrue(system.allocations() > before);
    Await.until("destroyed", () -> system.live() + cma.live() == stream.snapshot().depth());
    system.onBegin(() -> {});
    frame.submit();
    assertEquals(0, firstWord(other));
    EmptyFrame async = stream.acquireAsync().get(30, java.util.concurrent.TimeUnit.SECONDS);
    async.close();
  }

  @Test
  void whatAGroupHadIsReplacedOnceItIsNotAmongTheReaders() {
    BufferStream stream = started(spec -> spec.minBuffers(1).maxBuffers(1));
    StreamConsumer same = stream.consumer(viewer, Policy.EVERY_FRAME);
    Device stranger = broker.register(DeviceSpec.builder("stranger").group("others").build());
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    submit(stream, 1);
    same.take().close();
    other.take().close(); // A process may keep the descriptor that it was given.
    int before = system.allocations();
    submit(stream, 2);
    same.take().close();
    other.take().close();
    assertEquals(before, system.allocations(), "all that had it may read on");
    other.close();
    submit(stream, 3);
    assertEquals(before + 1, system.allocations());
    assertEquals(3, firstWord(same));
    submit(stream, 4);
    assertEquals(4, firstWord(same));
    assertEquals(before + 1, system.allocations(), "once for a buffer");
    Await.until("the old one is given back", () -> system.live() + cma.live() == 1);
  }

  @Test
  void aBufferThatWasGivenBackBeforeItWasScrubbedIsScrubbedWhenItIsNext() {
    BufferStream stream = started(spec -> spec.minBuffers(1).maxBuffers(1));
    submit(stream, 77);
    Device stranger = broker.register(DeviceSpec.builder("stranger").group("others").build());
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    ScriptedMover.Stop stop = mover.stopCopy();
    stream.consumer(broker.register("display", CONTIGUOUS), Policy.LATEST);
    stop.awaitReached();
    assertThrows(WaitTimeoutException.class, () -> stream.acquire(AT_ONCE), "it is on the move");
    stop.goOn();
    Await.until(
        "moved with its contents",
        () -> broker.snapshot().buffers().get(0).heap().equals(Optional.of("cma")));
    stream.acquire().submit();
    assertEquals(0, firstWord(other));
    assertEquals(1, stream.snapshot().scrubbed());
  }

  @Test
  void anErrorWhileABufferIsScrubbedCostsThatBufferAlone() {
    BufferStream stream = started(spec -> spec.minBuffers(1));
    submit(stream, 77);
    Device stranger = broker.register(DeviceSpec.builder("stranger").group("others").build());
    StreamConsumer other = stream.consumer(stranger, Policy.EVERY_FRAME);
    system.onBegin(
        () -> {
          throw new LinkageError("a test");
        });
    EmptyFrame frame = stream.acquire();
    system.onBegin(() -> {});
    frame.submit();
    assertEquals(0, firstWord(other));
    StreamState state = stream.snapshot();
    assertEquals(state.depth(), state.free(), "nothing is held by nobody");
  }

  private static long firstWord(StreamConsumer consumer) {
    try (Frame frame = consumer.take();
        CpuView view = frame.mapping().cpuView()) {
      return view.bytes().getLong(0);
    }
  }

  @Test
  void theAllocationThatFailsIsSaid() {
    system.capacity(0);
    cma.capacity(0);
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), camera));
    assertSays(assertThrows(AllocationException.class, stream::start), "video-1", "ENOMEM");
  }
}
