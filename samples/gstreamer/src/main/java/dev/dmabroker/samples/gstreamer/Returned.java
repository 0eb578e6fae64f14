package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.CpuView;
import dev.dmabroker.gstreamer.PipelineConsumer;
import dev.dmabroker.gstreamer.PipelineFrame;
import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Compares each frame that comes back with what the camera drew, on a thread of its own. */
final class Returned {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final PipelineConsumer consumer;
  private final Picture picture;
  private final CountDownLatch missing;
  private final CompletableFuture<Void> ended;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();

  private Returned(PipelineConsumer consumer, Picture picture, int frames) {
    this.consumer = consumer;
    this.picture = picture;
    missing = new CountDownLatch(frames);
    ended = CompletableFuture.runAsync(this::watch);
  }

  /** Begins to compare. */
  static Returned start(PipelineConsumer consumer, Picture picture, int frames) {
    return new Returned(consumer, picture, frames);
  }

  private void watch() {
    try {
      boolean over = false;
      while (!over) {
        Optional<PipelineFrame> next = consumer.take(PATIENCE);
        over = next.isEmpty() && consumer.isEnded();
        next.ifPresent(this::compare);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nothing interrupts this", e);
    } finally {
      while (missing.getCount() > 0) {
        missing.countDown(); // None will come.
      }
    }
  }

  private void compare(PipelineFrame frame) {
    try (frame;
        CpuView view = frame.mapping().cpuView()) {
      Layout.Plane luma = frame.mapping().layout().planes().get(0);
      ByteBuffer bytes = view.bytes();
      int number = (int) count.getAndIncrement();
      boolean exact =
          picture.decibels(bytes, luma.offsetBytes(), luma.strideBytes(), number)
              == Double.POSITIVE_INFINITY;
      wrong.addAndGet(exact ? 0 : 1);
    } finally {
      missing.countDown();
    }
  }

  /** Waits until all frames have come, none will come, or the time is over. */
  void awaitFrames(Duration timeout) throws InterruptedException {
    boolean unused = missing.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until no frame will come. */
  void awaitEnd() {
    ended.join();
  }

  /** How many frames came back. */
  long count() {
    return count.get();
  }

  /** How many of these were not, in their place, what the camera had drawn. */
  long wrong() {
    return wrong.get();
  }
}
