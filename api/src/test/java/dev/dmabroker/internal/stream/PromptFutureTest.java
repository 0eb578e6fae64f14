package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.internal.runtime.FrameSupply;
import dev.dmabroker.internal.runtime.PromptFuture;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The thread that ends a wait runs the stages of a prompt future, if it may. */
class PromptFutureTest extends Fixture {
  private BufferStream stream;
  private StreamConsumer consumer;
  private volatile boolean may = true;

  @BeforeEach
  void open() {
    stream =
        broker.stream(
            StreamSpec.of(
                "video", BlobSpec.of(SIZE), broker.register("camera", Constraints.none())));
    stream.start();
    consumer = stream.consumer(broker.register("viewer", Constraints.none()), Policy.EVERY_FRAME);
  }

  private <T> CompletableFuture<T> prompt() {
    return new PromptFuture<>() {
      @Override
      protected boolean mayEndHere() {
        return may;
      }
    };
  }

  /** Closes what comes, and returns the thread that brought it. */
  private static CompletableFuture<Thread> end(CompletableFuture<? extends AutoCloseable> future) {
    return future.handle(
        (frame, failure) -> {
          if (frame instanceof Frame taken) {
            taken.close();
          } else if (frame instanceof EmptyFrame filling) {
            filling.close();
          }
          return Thread.currentThread();
        });
  }

  @SuppressWarnings("unchecked")
  private CompletableFuture<Thread> take() {
    CompletableFuture<Frame> future = prompt();
    CompletableFuture<Thread> ended = end(future);
    ((FrameSupply<Frame>) consumer).supply(future);
    return ended;
  }

  @SuppressWarnings("unchecked")
  private CompletableFuture<Thread> acquire(Duration timeout) {
    CompletableFuture<EmptyFrame> future = prompt();
    CompletableFuture<Thread> ended = end(future);
    ((FrameSupply<EmptyFrame>) stream).supply(future, timeout);
    return ended;
  }

  private void submitOne() {
    EmptyFrame frame = stream.acquire();
    fill(frame.mapping(), 1);
    frame.submit();
  }

  @Test
  void theThreadThatSubmitsHandsTheFrameOverByItself() {
    CompletableFuture<Thread> taken = take();
    submitOne();
    assertTrue(taken.isDone());
    assertSame(Thread.currentThread(), taken.join());
  }

  @Test
  void theThreadThatAsksGetsABufferThatIsFree() {
    stream.acquire().close(); // There is one now.
    assertSame(Thread.currentThread(), acquire(Duration.ofSeconds(30)).join());
  }

  @Test
  void anotherThreadDoesItWhereThisOneMayNot() throws Exception {
    may = false;
    CompletableFuture<Thread> taken = take();
    submitOne();
    assertNotSame(Thread.currentThread(), taken.get(30, TimeUnit.SECONDS));
  }

  @Test
  void theThreadThatClosesTheStreamTellsThatNoFrameComes() {
    CompletableFuture<Thread> taken = take();
    consumer.close();
    assertSame(Thread.currentThread(), taken.join());
  }
}
