package dev.dmabroker.samples.pipeline;

import dev.dmabroker.CpuView;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The loops of the stages: what runs above the devices. A stage ends when the stream before it has
 * stopped and it has handed on what it had; its thread then stops the stream behind it, which waits
 * until that one's consumers have finished. Each throws if its thread is interrupted.
 */
final class Stages {
  private static final Duration PATIENCE = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private Stages() {}

  /** Captures until that is enough. */
  static void capture(Filler camera, Outlet outlet, BooleanSupplier enough)
      throws InterruptedException {
    try {
      outlet.refill(LONGEST);
      camera.start();
      while (!enough.getAsBoolean()) {
        checkNotInterrupted();
        outlet.refill(PATIENCE);
        outlet.collect(PATIENCE);
      }
    } finally {
      camera.stop();
    }
  }

  /**
   * Makes frames of frames until there are no more, or it is switched off; then finishes those that
   * it has taken.
   *
   * @param results makes the outlet once there is a first source; a decoder knows its results only
   *     then
   */
  static void transform(
      Transform device, Inlet inlet, Function<Filler, Outlet> results, BooleanSupplier off)
      throws InterruptedException {
    Outlet outlet = null;
    long drainedNanos = 0;
    while (!inlet.hasEnded() || (outlet != null && outlet.submitted() < inlet.fed())) {
      checkNotInterrupted();
      boolean draining = inlet.hasEnded();
      if (!draining && off.getAsBoolean()) {
        inlet.end();
      }
      inlet.feed(PATIENCE);
      if (outlet == null && inlet.fed() > 0) {
        device.source().start();
        outlet = results.apply(device.result());
        outlet.refill(LONGEST);
        device.result().start();
      }
      if (outlet == null) {
        continue;
      }
      if (!draining && inlet.hasEnded()) {
        device.drain();
        drainedNanos = System.nanoTime();
      }
      outlet.refill(PATIENCE);
      outlet.collect(PATIENCE);
      inlet.release(Duration.ZERO);
      if (draining && System.nanoTime() - drainedNanos > LONGEST.toNanos()) {
        throw new IllegalStateException(
            "%d of %d frames came out of %s".formatted(outlet.submitted(), inlet.fed(), device));
      }
    }
  }

  /**
   * Shows frames until there are no more. A display keeps its last frame, and a stream's stop would
   * wait for that; so it is told first.
   *
   * @param noMoreCome whether the stream has all the frames that it will get
   */
  static void show(Reader display, Inlet inlet, BooleanSupplier noMoreCome)
      throws InterruptedException {
    boolean started = false;
    boolean last = false;
    try {
      while (!last && !inlet.hasEnded()) {
        checkNotInterrupted();
        boolean ending = noMoreCome.getAsBoolean();
        long before = inlet.fed();
        inlet.feed(PATIENCE);
        last = ending && inlet.fed() == before;
        if (!started && inlet.fed() > 0) {
          display.start();
          started = true;
        }
        inlet.release(Duration.ZERO);
      }
    } finally {
      display.stop();
      inlet.end();
    }
  }

  /** Reads the contents of each frame by the CPU until there are no more. */
  static void each(Link link, StreamConsumer consumer, Contents contents) throws IOException {
    try {
      while (true) {
        try (Frame frame = consumer.take(LONGEST);
            CpuView view = frame.mapping().cpuView()) {
          contents.are(view.bytes(0, link.label(frame).bytes()));
        }
      }
    } catch (StreamStoppedException e) {
      // After the last frame.
    }
  }

  /** Sees what lies in a frame. */
  interface Contents {
    /** Sees them as long as this takes. */
    void are(ByteBuffer bytes) throws IOException;
  }

  private static void checkNotInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
