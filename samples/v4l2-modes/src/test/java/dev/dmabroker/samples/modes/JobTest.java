package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.devices.V4l2Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobTest {
  private static final int RATE = 100;

  /** Devices that are done at once, but the display keeps its last frames while nobody waits. */
  private static class PlayedMode implements Mode {
    private final Deque<Integer> atCamera = new ArrayDeque<>();
    private final Deque<Integer> atDisplay = new ArrayDeque<>();
    private final int kept;
    private final int damagedFrame;
    private int captured;
    private int waits;
    private int asked;

    PlayedMode(int kept, int damagedFrame) {
      this.kept = kept;
      this.damagedFrame = damagedFrame;
    }

    @Override
    public String name() {
      return "played";
    }

    @Override
    public String display() {
      return "none";
    }

    @Override
    public int copies() {
      return 0;
    }

    @Override
    public int buffers() {
      return 3;
    }

    @Override
    public void give(int number) {
      atCamera.add(number);
    }

    @Override
    public void start() {
      assertEquals(3, atCamera.size());
    }

    @Override
    public Optional<Captured> capture(Duration timeout) {
      Integer number = atCamera.poll();
      if (number == null) {
        return Optional.empty();
      }
      int sequence = captured++;
      return Optional.of(
          new Captured(
              number,
              new V4l2Buffer(
                  number,
                  0,
                  sequence,
                  sequence * 1_000_000_000L / RATE,
                  sequence == damagedFrame,
                  false)));
    }

    @Override
    public void show(int number) {
      atDisplay.add(number);
    }

    @Override
    public Optional<Integer> shown(Duration timeout) {
      asked++;
      if (!timeout.isZero()) {
        waits++;
      }
      return atDisplay.size() > (timeout.isZero() ? kept : 0)
          ? Optional.ofNullable(atDisplay.poll())
          : Optional.empty();
    }

    @Override
    public void close() {}
  }

  @Test
  void everyFrameIsShownAndNoneWaitedForWhileTheCameraHasBuffers() {
    PlayedMode mode = new PlayedMode(1, -1);
    Result result = new Job(10, 50, RATE, CallCounter.NONE).run(mode);
    assertEquals(60, mode.captured);
    assertEquals(0, mode.waits);
    assertEquals(50, result.frames());
    assertEquals(0, result.damaged());
    assertTrue(result.kernelShare() >= 0 && result.kernelShare() <= 1, result.toString());
  }

  @Test
  void aDisplayThatHasEveryBufferIsWaitedFor() {
    PlayedMode mode = new PlayedMode(3, -1);
    new Job(10, 50, RATE, CallCounter.NONE).run(mode);
    assertEquals(60, mode.captured);
    assertTrue(mode.waits > 0);
  }

  @Test
  void aDisplayIsAskedOnceAFrame() {
    PlayedMode mode = new PlayedMode(1, -1);
    new Job(10, 50, RATE, CallCounter.NONE).run(mode);
    assertEquals(58, mode.asked); // Not for the first two: it keeps the last that it was given.
  }

  /** What counts calls stops the job at each, so it comes after the measurement. */
  @Test
  void callsAreCountedInFramesOfTheirOwn() {
    PlayedMode mode = new PlayedMode(1, -1);
    CallsPerFrame calls = new CallsPerFrame(4, 2, 1, 9);
    Result result =
        new Job(
                10,
                50,
                RATE,
                show -> {
                  assertEquals(60, mode.captured);
                  show.accept(7);
                  return Optional.of(calls);
                })
            .run(mode);
    assertEquals(67, mode.captured);
    assertEquals(50, result.frames());
    assertEquals(Optional.of(calls), result.calls());
  }

  @Test
  void damagedFramesCount() {
    assertEquals(1, new Job(2, 20, RATE, CallCounter.NONE).run(new PlayedMode(1, 7)).damaged());
  }

  @Test
  void aCameraThatDeliversNothingIsNamed() {
    PlayedMode mode =
        new PlayedMode(1, -1) {
          @Override
          public Optional<Captured> capture(Duration timeout) {
            return Optional.empty();
          }
        };
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class, () -> new Job(1, 1, RATE, CallCounter.NONE).run(mode));
    assertEquals("played: no frame in PT30S", e.getMessage());
  }
}
