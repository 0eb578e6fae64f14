package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A consumer that a stream can do without: it has a time to attach, and to answer. */
class DispensableConsumerTest extends VideoFixture {
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration NEVER = Duration.ofDays(1);

  private final List<String> changes = new CopyOnWriteArrayList<>();
  private final Device recorder = broker.register("recorder", Constraints.none());

  DispensableConsumerTest() {
    broker.listen(
        new BrokerListener() {
          @Override
          public void streamChanged(StreamChanged event) {
            changes.add(event.change() + " " + event.device());
          }
        },
        Delivery.IN_PLACE);
  }

  /** A stream of two buffers that does without the viewer after a time. */
  private BufferStream video(Duration time) {
    return stream(spec -> spec.minBuffers(2).maxBuffers(2).dispensable(viewer, time));
  }

  /** Has the consumer get a frame at once: it might be late with any other take. */
  private static Frame submitAndTake(BufferStream stream, long value, StreamConsumer consumer)
      throws Exception {
    CompletableFuture<Frame> taken = consumer.takeAsync();
    submit(stream, value);
    return taken.get(30, TimeUnit.SECONDS);
  }

  private void awaitLeftOut(BufferStream stream, int times) {
    Await.until("it goes on without it", () -> stream.snapshot().leftOut() == times);
  }

  /** A thread that waits for the viewer to attach. */
  private Running<String> starting(BufferStream stream) {
    return start(
            () -> {
              stream.start();
              return "started";
            })
        .parked();
  }

  // ---- It attaches in time, or does not ----

  @Test
  void theStreamStartsWithoutOneThatDoesNotAttach() throws Exception {
    BufferStream stream = video(SOON);
    stream.start();
    assertEquals(BufferStream.State.RUNNING, stream.state());
    assertEquals(1, stream.snapshot().leftOut());
    Await.until(
        "listeners are told",
        () -> changes.equals(List.of("MADE camera", "CONSUMER_LEFT_OUT viewer")));
    try (StreamConsumer late = stream.consumer(viewer, Policy.EVERY_FRAME)) {
      try (Frame frame = submitAndTake(stream, 3, late)) {
        assertEquals(3, read(frame.mapping()));
      }
    }
  }

  @Test
  void theStartWaitsForIt() throws Exception {
    BufferStream stream = video(NEVER);
    Running<String> starting = starting(stream);
    assertEquals(BufferStream.State.STOPPED, stream.state());
    assertEquals(0, stream.snapshot().depth(), "memory that need not suit it");
    stream.consumer(viewer, Policy.LATEST);
    starting.result();
    assertEquals(BufferStream.State.RUNNING, stream.state());
    assertEquals(0, stream.snapshot().leftOut());
    stream.start(); // It runs, and waits for nothing.
  }

  @Test
  void aStartThatWaitsEndsWithTheStream() {
    BufferStream stream = video(NEVER);
    Running<String> starting = starting(stream);
    stream.close();
    assertThrows(ClosedException.class, starting::result);
  }

  @Test
  void aStartThatWaitsCanBeInterrupted() {
    BufferStream stream = video(NEVER);
    Running<String> starting = starting(stream);
    starting.thread().interrupt();
    assertSays(assertThrows(WaitInterruptedException.class, starting::result), "viewer", "video");
    assertEquals(BufferStream.State.STOPPED, stream.state());
  }

  // ---- It answers, or does not ----

  /** The viewer holds both buffers, and a recorder keeps up. */
  @Test
  void theStreamGoesOnWithoutOneThatKeepsItsFrames() throws Exception {
    BufferStream stream = video(SOON);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer records = stream.consumer(recorder, Policy.EVERY_FRAME);
    stream.start();
    Frame held = submitAndTake(stream, 1, consumer);
    records.take().close();
    awaitLeftOut(stream, 1);

    for (int value = 10; value < 20; value++) { // Both buffers go round, and neither is that frame.
      submit(stream, value);
      try (Frame frame = records.take()) {
        assertEquals(value, read(frame.mapping()));
      }
    }
    assertEquals(1, read(held.mapping()), "what it may touch still is not used again");
    assertSays(
        assertThrows(LeftOutException.class, consumer::take),
        "viewer",
        "held frame 0 for",
        "20 ms",
        "BufferStream.consumer");
    assertThrows(LeftOutException.class, consumer::tryTake);
    Await.until(
        "listeners are told",
        () -> changes.containsAll(List.of("CONSUMER_LEFT_OUT viewer", "CONSUMER_LEFT viewer")));

    assertSays(
        assertThrows(BusyException.class, () -> stream.consumer(viewer, Policy.LATEST)),
        "viewer holds 1 frame");
    // A worker makes the buffer that goes round in its stead, in its own time.
    Await.until("there are two buffers, and that of the frame", () -> system.live() == 3);
    held.close();
    Await.until("its memory is given back", () -> system.live() == 2);
    stream.consumer(viewer, Policy.LATEST).close();
    consumer.close();
  }

  @Test
  void theStreamGoesOnWithoutOneThatTakesNothing() throws Exception {
    BufferStream stream = video(SOON);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.start();
    submit(stream, 1);
    submit(stream, 2);
    EmptyFrame next = start(() -> stream.acquire(Duration.ofSeconds(30))).result();
    next.close();
    awaitLeftOut(stream, 1);
    assertSays(assertThrows(LeftOutException.class, consumer::take), "taken no frame for");
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aFrameThatNoneTakesHoldsUpNothingIfOnlyTheLatestCounts() throws Exception {
    Device other = broker.register("other", Constraints.none());
    BufferStream stream =
        stream(spec -> spec.maxBuffers(4).dispensable(viewer, SOON).dispensable(other, SOON));
    StreamConsumer latest = stream.consumer(viewer, Policy.LATEST);
    StreamConsumer every = stream.consumer(other, Policy.EVERY_FRAME);
    stream.start();
    submit(stream, 1);
    awaitLeftOut(stream, 1); // The other one.
    assertThrows(LeftOutException.class, every::take);
    latest.take().close();
    latest.close();
  }

  @Test
  void oneThatAnswersStays() {
    BufferStream stream = video(NEVER);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.start();
    for (int value = 0; value < 5; value++) {
      submit(stream, value);
      consumer.take().close();
    }
    assertEquals(0, stream.snapshot().leftOut());
    assertFalse(changes.contains("CONSUMER_LEFT_OUT viewer"));
  }

  @Test
  void aSubscriberIsToldByAnError() {
    BufferStream stream = video(Duration.ofSeconds(2)); // It has to take the frame within this.
    List<String> told = new CopyOnWriteArrayList<>();
    List<Frame> frames = new CopyOnWriteArrayList<>();
    stream
        .publisher(viewer, Policy.EVERY_FRAME)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(9);
              }

              @Override
              public void onNext(Frame frame) {
                frames.add(frame);
              }

              @Override
              public void onError(Throwable failure) {
                told.add(failure.getClass().getSimpleName());
              }

              @Override
              public void onComplete() {
                told.add("complete");
              }
            });
    stream.start();
    submit(stream, 1);
    Await.until("it has the frame", () -> frames.size() == 1);
    Await.until("told", () -> !told.isEmpty());
    assertEquals(List.of("LeftOutException"), told);
    frames.get(0).close();
  }

  /** Another consumer has the buffer that the viewer keeps: it leaves when that one is done. */
  @Test
  void aBufferThatOthersReadTooLeavesAfterThem() throws Exception {
    BufferStream stream = video(SOON);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer records = stream.consumer(recorder, Policy.EVERY_FRAME);
    stream.start();
    Frame held = submitAndTake(stream, 5, consumer);
    awaitLeftOut(stream, 1);
    try (Frame frame = records.take()) {
      assertEquals(5, read(frame.mapping()));
      assertEquals(held.index(), frame.index());
    }
    held.close();
    for (int value = 0; value < 4; value++) {
      submit(stream, value);
      records.take().close();
    }
    Await.until("two buffers again", () -> stream.snapshot().depth() == 2);
  }

  @Test
  void aFrameThatIsKeptBeyondTheStreamsEndIsClosedAsAnyOther() throws Exception {
    BufferStream stream = video(SOON);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    stream.start();
    Frame held = submitAndTake(stream, 5, consumer);
    awaitLeftOut(stream, 1);
    stream.stop();
    stream.close();
    assertEquals(5, read(held.mapping()));
    held.close();
    Await.until("all is given back", () -> system.live() == 0);
  }

  @Test
  void theTimesArePartOfTheSpec() {
    StreamSpec spec =
        StreamSpec.builder("video", BlobSpec.of(SIZE), camera).dispensable(viewer, SOON).build();
    assertEquals(SOON, spec.dispensable().get(viewer));
    assertEquals(spec, spec.toBuilder().build());
    assertTrue(spec.toString().contains("dispensable="), spec::toString);
    assertThrows(
        IllegalArgumentException.class, () -> spec.toBuilder().dispensable(viewer, Duration.ZERO));
  }
}
