package dev.dmabroker.samples.modes;

import dev.dmabroker.samples.common.FrameLosses;
import java.time.Duration;
import java.util.Optional;

/** Buffers that go round between a camera and a display. Used by one thread. */
final class Carousel {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Mode mode;
  private final FrameLosses losses;
  private final long[] givenNanos;
  private int atCamera;
  private int atDisplay;
  private int damaged;

  /** Gives the camera all buffers, and starts it. */
  Carousel(Mode mode, double framesPerSecond) {
    this.mode = mode;
    this.losses = new FrameLosses(framesPerSecond);
    this.givenNanos = new long[mode.buffers()];
    for (int i = 0; i < mode.buffers(); i++) {
      give(i);
    }
    mode.start();
  }

  /** Has so many frames captured and shown. */
  void show(int frames) {
    for (int i = 0; i < frames; i++) {
      showOne();
    }
  }

  /** Gives the camera what the display is done with, and has the next frame shown. */
  void showOne() {
    Mode.Captured frame =
        mode.capture(LONGEST)
            .orElseThrow(() -> new IllegalStateException(mode.name() + ": no frame in " + LONGEST));
    losses.captured(frame.buffer(), givenNanos[frame.number()], /* behindAnother= */ false);
    damaged += frame.buffer().error() ? 1 : 0;
    atCamera--;
    giveBack(Duration.ZERO);
    mode.show(frame.number());
    atDisplay++;
    if (atCamera == 0) {
      giveBack(LONGEST); // A camera without a buffer has none to wait for.
    }
  }

  /**
   * Gives the camera what the display is done with. A display keeps the last frame that it was
   * given, for which it need not be asked.
   */
  private void giveBack(Duration timeout) {
    Optional<Integer> free = atDisplay > 1 ? mode.shown(timeout) : Optional.empty();
    while (free.isPresent()) {
      atDisplay--;
      give(free.get());
      free = atDisplay > 1 ? mode.shown(Duration.ZERO) : Optional.empty();
    }
  }

  private void give(int number) {
    mode.give(number);
    givenNanos[number] = System.nanoTime();
    atCamera++;
  }

  /** Frames that the camera has lost for want of a buffer. */
  long dropped() {
    return losses.dropped();
  }

  /** Frames that the driver called so. */
  int damaged() {
    return damaged;
  }
}
