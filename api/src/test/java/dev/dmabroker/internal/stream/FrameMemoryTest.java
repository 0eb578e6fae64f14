package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A frame that ends while the CPU has views of it: the views end before the buffer goes on. */
class FrameMemoryTest extends StreamFixture {
  private final AtomicInteger ended = new AtomicInteger();

  /** Ways in which an application ends a frame that it has filled. */
  private interface End {
    void of(EmptyFrame frame);
  }

  private static final List<End> SUBMITTING =
      List.of(EmptyFrame::submit, frame -> frame.submitAfter(FENCE));

  @BeforeEach
  void cache() {
    system.cacheAccesses();
    system.onEnd(ended::incrementAndGet);
  }

  /** Ends each access with an error, after what happens meanwhile. */
  private void failToEnd(ScriptedHeap.Hook meanwhile) {
    system.onEnd(
        () -> {
          meanwhile.run();
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
  }

  private static CpuView written(EmptyFrame frame, long value) {
    CpuView view = frame.mapping().cpuView();
    for (int i = 0; i + 8 <= SIZE; i += 8) {
      view.bytes().putLong(i, value + i);
    }
    return view;
  }

  private static void assertEnded(CpuView view) {
    assertSays(assertThrows(ClosedException.class, view::bytes), "is closed", "with its frame");
    view.close();
  }

  @Test
  void theMemoryOfAFrameCannotBeClosed() {
    ManagedStream stream = startedWith(2);
    EmptyFrame empty = stream.acquire();
    Frame taken = taken(stream);
    for (Object memory : List.<Object>of(empty.mapping(), taken.mapping())) {
      assertFalse(memory instanceof AutoCloseable);
      assertSays(new Exception(memory.toString()), "the mapping of video-");
    }
  }

  // ---- Frames that are submitted ----

  @Test
  void aFrameIsSubmittedWithinItsView() {
    ManagedStream stream = startedWith(2);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    for (int i = 0; i < 2; i++) {
      try (EmptyFrame frame = stream.acquire();
          CpuView view = written(frame, i)) {
        frame.submit();
        assertEquals(1, ended.get());
        try (Frame taken = consumer.take()) {
          assertEquals(i, read(taken.mapping()), "all that was written is there");
        }
        assertEnded(view);
      }
      assertEquals(2, ended.getAndSet(0), "the producer's and the consumer's");
    }
  }

  @Test
  void aFrameIsSubmittedAfterAFenceWithinItsView() {
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame frame = stream.acquire();
    CpuView view = written(frame, 7);
    frame.submitAfter(FENCE);
    assertEnded(view);
    poller.signal(FENCE);
    assertEquals(7, read(consumer.take().mapping()));
  }

  @Test
  void theAccessEndsBeforeTheFrameIsInFlight() {
    for (End end : SUBMITTING) {
      ManagedStream stream = startedWith(1);
      EmptyFrame frame = stream.acquire();
      CpuView view = written(frame, 1);
      List<Integer> inFlight = new ArrayList<>();
      system.onEnd(() -> inFlight.add(stream.snapshot().inFlight()));
      end.of(frame);
      assertEquals(List.of(0), inFlight);
      assertEnded(view);
      stream.close();
    }
  }

  @Test
  void everyViewEnds() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    for (int i = 0; i < 3; i++) {
      frame.mapping().cpuView().close();
    }
    List<CpuView> views = List.of(frame.mapping().cpuView(), frame.mapping().cpuView());
    frame.submit();
    assertEquals(5, ended.get());
    views.forEach(FrameMemoryTest::assertEnded);
  }

  @Test
  void aFrameWhoseAccessEndsBadlyIsNotSubmittedAndGoesOn() {
    for (End end : SUBMITTING) {
      ManagedStream stream = startedWith(1);
      EmptyFrame frame = stream.acquire();
      List<CpuView> views = List.of(written(frame, 1), frame.mapping().cpuView());
      failToEnd(() -> {});
      var failure = assertThrows(CpuAccessException.class, () -> end.of(frame));
      assertSays(failure, "cannot end CPU access", "EIO");
      assertEquals(1, failure.getSuppressed().length, "one for each view");
      assertEquals(0, poller.watched.get(), "the fence is the caller's");
      assertEquals(0, stream.snapshot().inFlight());
      assertEquals(1, stream.snapshot().filling());
      views.forEach(FrameMemoryTest::assertEnded);
      system.onEnd(() -> {});
      frame.mapping().cpuView().close();
      frame.submit();
      assertEquals(1, stream.snapshot().inFlight() + stream.snapshot().free());
      assertThrows(ClosedException.class, frame::submit);
      stream.close();
    }
  }

  @Test
  void aFrameThatIsClosedWhileItsAccessEndsBadlyIsReturned() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    CpuView unused = written(frame, 1);
    failToEnd(frame::close);
    assertThrows(CpuAccessException.class, frame::submit);
    assertEquals(1, stream.snapshot().free());
    assertFalse(frame.mapping().isOpen());
  }

  @Test
  void aFrameThatIsStoppedWhileItsAccessEndsBadlyIsReturned() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    CpuView unused = written(frame, 1);
    failToEnd(
        () -> assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO)));
    assertThrows(CpuAccessException.class, frame::submit);
    assertEquals(1, stream.snapshot().free());
    assertThrows(StreamStoppedException.class, frame::submit);
  }

  // ---- Frames that are closed ----

  @Test
  void aFrameThatIsClosedUnsubmittedEndsItsViews() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    CpuView view = written(frame, 1);
    List<Integer> free = new ArrayList<>();
    system.onEnd(() -> free.add(stream.snapshot().free()));
    frame.close();
    assertEquals(List.of(0), free);
    assertEnded(view);
    assertEquals(1, stream.snapshot().free());
  }

  @Test
  void aFrameThatIsClosedIsReturnedHoweverItsAccessEnds() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    CpuView view = written(frame, 1);
    failToEnd(() -> {});
    assertThrows(CpuAccessException.class, frame::close);
    frame.close();
    assertEnded(view);
    assertEquals(1, stream.snapshot().free());
  }

  @Test
  void aFrameOfAStoppedStreamEndsItsViewsBeforeItsBufferIsFree() {
    for (End end : List.<End>of(EmptyFrame::submit, frame -> frame.submitAfter(FENCE))) {
      ManagedStream stream = startedWith(1);
      EmptyFrame frame = stream.acquire();
      CpuView view = written(frame, 1);
      assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
      view.bytes().putLong(0, 1);
      List<Integer> free = new ArrayList<>();
      failToEnd(() -> free.add(stream.snapshot().free()));
      var refused = assertThrows(StreamStoppedException.class, () -> end.of(frame));
      assertInstanceOf(CpuAccessException.class, refused.getSuppressed()[0]);
      assertEquals(List.of(0), free);
      assertEnded(view);
      assertEquals(1, stream.snapshot().free());
      frame.close();
      stream.close();
    }
  }

  @Test
  void aFrameOfAStoppedStreamThatIsClosedEndsItsViews() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    CpuView view = written(frame, 1);
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
    failToEnd(() -> assertEquals(0, stream.snapshot().free()));
    assertThrows(CpuAccessException.class, frame::close);
    assertEnded(view);
    assertEquals(1, stream.snapshot().free());
  }

  // ---- Frames that a consumer has ----

  private Frame taken(ManagedStream stream) {
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 3);
    return consumer.take();
  }

  @Test
  void aFrameThatIsReleasedEndsItsViewsBeforeItsBufferIsFree() {
    for (boolean fenced : new boolean[] {false, true}) {
      ManagedStream stream = startedWith(1);
      Frame frame = taken(stream);
      CpuView view = frame.mapping().cpuView();
      List<Integer> free = new ArrayList<>();
      system.onEnd(() -> free.add(stream.snapshot().free()));
      if (fenced) {
        frame.closeAfter(FENCE);
        assertEnded(view);
        poller.signal(FENCE);
      } else {
        frame.close();
        assertEnded(view);
      }
      assertEquals(List.of(0), free);
      assertEquals(1, stream.snapshot().free());
      stream.close();
    }
  }

  @Test
  void aFrameIsReleasedHoweverItsAccessEnds() {
    ManagedStream stream = startedWith(1);
    Frame frame = taken(stream);
    CpuView view = frame.mapping().cpuView();
    failToEnd(() -> {});
    assertThrows(CpuAccessException.class, frame::close);
    frame.close();
    assertEnded(view);
    assertEquals(1, stream.snapshot().free());
  }

  @Test
  void aFrameWhoseAccessEndsBadlyIsNotReleasedAfterAFence() {
    ManagedStream stream = startedWith(1);
    Frame frame = taken(stream);
    CpuView view = frame.mapping().cpuView();
    failToEnd(() -> {});
    assertThrows(CpuAccessException.class, () -> frame.closeAfter(FENCE));
    assertEnded(view);
    assertEquals(0, poller.watched.get(), "the fence is the caller's");
    assertTrue(frame.mapping().isOpen());
    frame.closeAfter(FENCE);
    poller.signal(FENCE);
    assertEquals(1, stream.snapshot().free());
  }

  // ---- Two threads ----

  @Test
  void aSubmissionWaitsForAViewThatIsJustClosed() throws Exception {
    ManagedStream stream = startedWith(1);
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame frame = stream.acquire();
    CpuView view = written(frame, 5);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    system.onEnd(
        () -> {
          reached.countDown();
          Await.latch(goOn);
        });
    var closing =
        start(
            () -> {
              view.close();
              return true;
            });
    Await.latch(reached);
    var submitting =
        start(
            () -> {
              frame.submit();
              return true;
            });
    Await.blocked(submitting.thread());
    assertTrue(consumer.tryTake().isEmpty(), "what was written is not there yet");
    goOn.countDown();
    assertTrue(closing.result() && submitting.result());
    assertEquals(5, read(consumer.take().mapping()));
  }

  @Test
  void aViewThatBeginsAsTheFrameEndsIsRefused() {
    ManagedStream stream = startedWith(1);
    EmptyFrame frame = stream.acquire();
    system.onBegin(frame::submit);
    assertSays(
        assertThrows(ClosedException.class, () -> frame.mapping().cpuView()),
        "the mapping of video-1 for camera in system is closed");
    assertEquals(1, ended.get(), "its access has ended");
    assertEquals(List.of(), broker.snapshot().buffers().get(0).holders());
  }
}
