package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.FenceException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Frames that end in two ways at once, or when they cannot go on. */
class StreamFrameTest extends StreamFixture {

  @Test
  void whoHasDoneWithItJustAsItGoesOnAfterAllEndsIt() {
    ManagedStream stream = startedWith(1);
    AtomicBoolean once = new AtomicBoolean();
    StreamFrame frame =
        new StreamFrame(stream.life, stream.use.pool.copy().get(0)) {
          @Override
          boolean end() {
            boolean ended = super.end();
            if (!ended && once.compareAndSet(false, true)) {
              assertTrue(reopen(), "nobody has done with it yet");
            }
            return ended;
          }

          @Override
          AttachedDevice attachment() {
            return buffer().producer();
          }

          @Override
          Access access() {
            return Access.OVERWRITE;
          }

          @Override
          void takeBack() {}
        };
    assertTrue(frame.end());
    assertTrue(frame.endForGood());
    assertFalse(frame.isOpen());
  }

  @Test
  void countsWhatTheMemoryTakesThatItIsMappedIn() {
    cma.shortBy(-4096);
    ManagedStream stream = startedWith(1);
    stream.consumer(broker.register("display", CONTIGUOUS), Policy.EVERY_FRAME);
    assertEquals(SIZE, stream.snapshot().sizeBytes());
    Await.until("it has moved", () -> cma.live() == 1 && system.live() == 0);
    try (EmptyFrame frame = stream.acquire()) {
      assertEquals(SIZE + 4096, frame.mapping().sizeBytes());
    }
    assertEquals(SIZE + 4096, stream.snapshot().sizeBytes());
  }

  // ---- While the CPU writes ----

  /** Its only buffer is cancelled while the CPU writes to it, and given back when it has done. */
  private void returnsAWrittenBuffer(Consumer<EmptyFrame> end) {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    CpuView view = frame.mapping().cpuView();
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
    view.close();
    assertEquals(0, stream.snapshot().free());
    end.accept(frame);
    assertEquals(1, stream.snapshot().free());
  }

  @Test
  void whatTheCpuWroteToAsItWasCancelledIsReturnedByClosing() {
    returnsAWrittenBuffer(EmptyFrame::close);
  }

  @Test
  void whatTheCpuWroteToAsItWasCancelledIsReturnedBySubmitting() {
    returnsAWrittenBuffer(frame -> assertThrows(StreamStoppedException.class, frame::submit));
  }

  @Test
  void theSameWithAFence() {
    returnsAWrittenBuffer(
        frame -> assertThrows(StreamStoppedException.class, () -> frame.submitAfter(FENCE)));
  }

  @Test
  void whatIsSubmittedWithAFenceAfterTheBrokerWasClosedLetsGoOfItsBuffer() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    stream.shutDown();
    assertThrows(ClosedException.class, () -> frame.submitAfter(FENCE));
    assertFalse(frame.mapping().isOpen());
    assertEquals(0, stream.snapshot().filling());
    assertEquals(0, system.live());
    assertEquals(0, poller.watched.get());
  }

  // ---- Fences ----

  @Test
  void whatWaitedBehindAFenceThatIsRefusedGoesOn() {
    ManagedStream stream = startedWith(2);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame first = stream.acquire();
    EmptyFrame second = stream.acquire();
    poller.refuseAfter(second::submit);
    assertThrows(FenceException.class, () -> first.submitAfter(FENCE));
    assertEquals(0, consumer.tryTake().orElseThrow().sequence());
    first.submit();
    assertEquals(1, consumer.take().sequence());
  }

  // ---- Scrubbing ----

  private ManagedStream toScrub(long sizeBytes) {
    ManagedStream stream =
        (ManagedStream)
            broker.stream(
                StreamSpec.builder("video", BlobSpec.of(sizeBytes), camera)
                    .minBuffers(1)
                    .maxBuffers(1)
                    .build());
    stream.start();
    try (EmptyFrame frame = stream.acquire();
        CpuView view = frame.mapping().cpuView()) {
      for (int i = 0; i < sizeBytes; i++) {
        view.bytes().put(i, (byte) 7);
      }
    }
    stream.consumer(
        broker.register(DeviceSpec.builder("stranger").group("others").build()),
        Policy.EVERY_FRAME);
    return stream;
  }

  @Test
  void scrubsToTheLastByteWhateverTheSize() {
    long size = 5 * SIZE / 2 + 8;
    ManagedStream stream = toScrub(size);
    try (EmptyFrame frame = stream.acquire();
        CpuView view = frame.mapping().cpuView()) {
      for (int i = 0; i < size; i++) {
        assertEquals(0, view.bytes().get(i));
      }
    }
    assertEquals(1, stream.snapshot().scrubbed());
    assertEquals(1, system.allocations());
  }

  @Test
  void aBufferThatIsScrubbedWhileTheStreamStopsStaysAndIsScrubbedLater() {
    ManagedStream stream = toScrub(SIZE);
    system.onBegin(
        () -> {
          system.onBegin(() -> {});
          stream.stop(Duration.ZERO);
          throw new HeapException(HeapException.Kind.FAILED, "EINTR");
        });
    assertThrows(StreamStoppedException.class, stream::acquire);
    assertEquals(1, stream.snapshot().free());
    assertEquals(List.of(0), stream.use.pool.copy().stream().map(StreamBuffer::index).toList());
    stream.start();
    stream.acquire().close();
    assertEquals(1, stream.snapshot().scrubbed());
    assertEquals(1, system.allocations());
  }
}
