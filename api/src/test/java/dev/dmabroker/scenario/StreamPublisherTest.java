package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Frames as Flow items. */
class StreamPublisherTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device viewer = broker.register("viewer", Constraints.none());
  private final BufferStream stream =
      broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), camera));

  /** Keeps what it is given. */
  private static class Subscriber implements Flow.Subscriber<Frame> {
    final Queue<Frame> frames = new ConcurrentLinkedQueue<>();
    volatile Flow.@Nullable Subscription subscription;
    volatile @Nullable Throwable failure;
    volatile boolean completed;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
    }

    @Override
    public void onNext(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void onError(Throwable why) {
      failure = why;
    }

    @Override
    public void onComplete() {
      completed = true;
    }

    void request(long frames) {
      Flow.Subscription known = subscription;
      if (known != null) {
        known.request(frames);
      }
    }

    void cancel() {
      Flow.Subscription known = subscription;
      if (known != null) {
        known.cancel();
      }
    }
  }

  private <S extends Subscriber> S subscribe(S subscriber) {
    stream.publisher(viewer, Policy.EVERY_FRAME).subscribe(subscriber);
    return subscriber;
  }

  private int consumers() {
    return stream.snapshot().consumers().size();
  }

  @Test
  void givesAsManyAsWereRequestedInOrderAndCompletesWhenTheStreamStops() {
    stream.start();
    Subscriber subscriber = subscribe(new Subscriber());
    submit(stream, 1);
    submit(stream, 2);
    submit(stream, 3);
    subscriber.request(2);
    Await.until("two frames", () -> subscriber.frames.size() == 2);
    assertEquals(1, stream.snapshot().consumers().get(0).queued());
    try (Frame frame = subscriber.frames.remove()) {
      assertEquals(1, read(frame.mapping()));
    }
    subscriber.request(Long.MAX_VALUE);
    subscriber.request(Long.MAX_VALUE);
    Await.until("the third", () -> subscriber.frames.size() == 2);
    subscriber.frames.forEach(Frame::close);
    stream.stop(Duration.ZERO);
    Await.until("completed", () -> subscriber.completed);
    assertEquals(0, consumers());
    stream.start();
    Subscriber again = subscribe(new Subscriber());
    again.request(1);
    submit(stream, 4);
    Await.until("a frame", () -> again.frames.size() == 1);
    assertEquals(2, subscriber.frames.size(), "its time is over");
  }

  @Test
  void cancellingDetaches() {
    stream.start();
    Subscriber subscriber = subscribe(new Subscriber());
    subscriber.request(5);
    subscriber.cancel();
    subscriber.cancel();
    assertEquals(0, consumers());
    submit(stream, 1);
    subscriber.request(1);
    assertTrue(subscriber.frames.isEmpty());
    assertFalse(subscriber.completed);
  }

  @Test
  void aSubscriberThatThrowsIsDetachedAndItsFrameReleased() {
    stream.start();
    Subscriber subscriber =
        subscribe(
            new Subscriber() {
              @Override
              public void onNext(Frame frame) {
                throw new IllegalStateException("a subscriber's mistake");
              }
            });
    subscriber.request(5);
    submit(stream, 1);
    Await.until("detached", () -> consumers() == 0);
    Await.until("released", () -> stream.snapshot().free() == 2);
  }

  @Test
  void whatCannotBeRequestedOrAttachedIsAnError() {
    stream.start();
    Subscriber subscriber = subscribe(new Subscriber());
    subscriber.request(0);
    Await.until("failed", () -> subscriber.failure != null); // Perhaps by a callback.
    assertInstanceOf(IllegalArgumentException.class, subscriber.failure);
    assertEquals(0, consumers());
    Device odd = broker.register("odd", Constraints.builder().addressBits(4).build());
    Subscriber refused = new Subscriber();
    stream.publisher(odd, Policy.LATEST).subscribe(refused);
    assertInstanceOf(UnsatisfiableException.class, refused.failure);
    assertNotNull(refused.subscription, "the rules ask for one");
    refused.request(1);
    refused.cancel();
  }

  @Test
  void aSubscriberThatThrowsAsItSubscribesIsDetached() {
    stream.start();
    assertThrows(
        IllegalStateException.class,
        () ->
            subscribe(
                new Subscriber() {
                  @Override
                  public void onSubscribe(Flow.Subscription given) {
                    throw new IllegalStateException("a subscriber's mistake");
                  }
                }));
    assertEquals(0, consumers());
  }

  @Test
  void aFrameThatComesAsItIsCancelledIsReleased() {
    Deque<Runnable> callbacks = new ArrayDeque<>();
    BufferStream other = startedWith(callbacks::add);
    Subscriber subscriber = new Subscriber();
    other.publisher(otherViewer(), Policy.EVERY_FRAME).subscribe(subscriber);
    subscriber.request(1);
    runAll(callbacks); // It takes.
    submit(other, 1);
    assertEquals(1, other.snapshot().free());
    subscriber.cancel();
    runAll(callbacks);
    assertTrue(subscriber.frames.isEmpty());
    assertEquals(2, other.snapshot().free());
  }

  private static void runAll(Deque<Runnable> callbacks) {
    for (Runnable next; (next = callbacks.poll()) != null; ) {
      next.run();
    }
  }

  /** A stream of another broker, with that callback executor. */
  private BufferStream startedWith(Executor callbacks) {
    broker.close();
    broker = builder().callbackExecutor(callbacks).build();
    Device producer = broker.register("camera", Constraints.none());
    BufferStream other = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), producer));
    other.start();
    return other;
  }

  private Device otherViewer() {
    return broker.register("viewer", Constraints.none());
  }

  @Test
  void aSubscriberThatAsksForOneAtATimeGetsAllThoughCallbacksRunInTheCaller() {
    int all = 100_000;
    BufferStream other = startedWith(Runnable::run);
    AtomicInteger deepest = new AtomicInteger();
    Subscriber subscriber =
        new Subscriber() {
          private long next;
          private int depth;

          @Override
          public void onNext(Frame frame) {
            depth++;
            deepest.accumulateAndGet(depth, Math::max);
            assertEquals(next++, frame.sequence());
            frame.close();
            if (next < all) {
              other.acquire().submit(); // The next frame is there before it is asked for.
            } else {
              super.onNext(frame);
            }
            request(1);
            depth--;
          }
        };
    other.publisher(otherViewer(), Policy.EVERY_FRAME).subscribe(subscriber);
    subscriber.request(1);
    other.acquire().submit();
    assertEquals(1, subscriber.frames.size());
    assertEquals(1, deepest.get(), "signals within a signal");
    other.stop(Duration.ZERO);
    assertTrue(subscriber.completed);
  }

  @Test
  void aSubscriberThatDiesOfAnErrorIsToldAndOthersGoOn() {
    BufferStream other = startedWith(Runnable::run);
    Subscriber dying =
        new Subscriber() {
          @Override
          public void onNext(Frame frame) {
            request(1);
            throw new StackOverflowError("deep");
          }
        };
    Subscriber healthy = new Subscriber();
    other.publisher(otherViewer(), Policy.EVERY_FRAME).subscribe(dying);
    Device second = broker.register("second", Constraints.none());
    other.publisher(second, Policy.EVERY_FRAME).subscribe(healthy);
    dying.request(1);
    healthy.request(5);
    submit(other, 1);
    assertInstanceOf(StackOverflowError.class, dying.failure);
    submit(other, 2);
    assertEquals(2, healthy.frames.size());
    assertEquals(1, other.snapshot().consumers().size());
    healthy.frames.forEach(Frame::close);
    assertEquals(other.snapshot().depth(), other.snapshot().free());
  }

  @Test
  void anExecutorThatThrowsLosesNoSignal() {
    BufferStream other =
        startedWith(
            task -> {
              throw new OutOfMemoryError("no thread can be made");
            });
    Subscriber subscriber = new Subscriber();
    other.publisher(otherViewer(), Policy.EVERY_FRAME).subscribe(subscriber);
    subscriber.request(1);
    submit(other, 1);
    assertEquals(1, subscriber.frames.size());
    subscriber.frames.forEach(Frame::close);
  }

  @Test
  void whatCannotBeRequestedIsAnErrorThoughNoFrameComes() {
    stream.start();
    Subscriber subscriber = subscribe(new Subscriber());
    subscriber.request(1);
    subscriber.request(-1);
    Await.until("failed", () -> subscriber.failure != null);
    assertInstanceOf(IllegalArgumentException.class, subscriber.failure);
    assertEquals(0, consumers());
    assertFalse(subscriber.completed);
  }

  @Test
  void nothingIsSignalledBeforeOnSubscribeHasReturned() throws Exception {
    stream.start();
    CountDownLatch requested = new CountDownLatch(1);
    CountDownLatch submitted = new CountDownLatch(1);
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onSubscribe(Flow.Subscription given) {
            super.onSubscribe(given);
            given.request(1);
            requested.countDown();
            Await.latch(submitted);
            // Its frame is not even taken, so that it cannot come now.
            assertEquals(1, stream.snapshot().consumers().get(0).queued());
          }
        };
    var subscribing = start(() -> subscribe(subscriber));
    Await.latch(requested);
    submit(stream, 1);
    submitted.countDown();
    subscribing.result();
    Await.until("a frame", () -> subscriber.frames.size() == 1);
  }

  @Test
  void stoppingCompletesThoughNothingIsRequested() {
    stream.start();
    Subscriber subscriber = subscribe(new Subscriber());
    stream.stop(Duration.ZERO);
    Await.until("completed", () -> subscriber.completed);
    assertEquals(0, consumers());
    Subscriber late = subscribe(new Subscriber());
    stream.close();
    Await.until("completed", () -> late.completed);
  }

  @Test
  void closingTheStreamCompletes() {
    stream.start();
    Subscriber subscriber = subscribe(new Subscriber());
    subscriber.request(1);
    stream.close();
    Await.until("completed", () -> subscriber.completed);
  }
}
