package dev.dmabroker.samples.common;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.devices.V4l2Buffer;
import org.junit.jupiter.api.Test;

class FrameLossesTest {
  private static final long PERIOD = 10_000_000;

  private final FrameLosses losses = new FrameLosses(100);

  private long captured(long sequence, long stamp, long queued, boolean behindAnother) {
    return losses.captured(
        new V4l2Buffer(0, 1, sequence, stamp * PERIOD, /* error= */ false, /* last= */ false),
        queued * PERIOD,
        behindAnother);
  }

  @Test
  void framesThatWouldHaveComeBeforeTheBufferWasQueuedAreDropped() {
    captured(0, 1, 0, false);
    assertEquals(3, captured(4, 6, 4, false));
    assertEquals(3, losses.dropped());
    assertEquals(0, losses.skipped());
  }

  @Test
  void framesThatAreMissingThoughABufferWasQueuedAreSkippedByTheCamera() {
    captured(0, 1, 0, false);
    assertEquals(0, captured(4, 6, 1, false));
    assertEquals(0, losses.dropped());
    assertEquals(3, losses.skipped());
  }

  @Test
  void ofTheMissingFramesThoseAreDroppedThatTheBufferIsTooLateFor() {
    captured(0, 1, 0, false);
    assertEquals(2, captured(6, 8, 3, false));
    assertEquals(2, losses.dropped());
    assertEquals(3, losses.skipped());
  }

  @Test
  void aCameraThatIsLateWithTheFrameBeforeDoesNotWantForABuffer() {
    captured(0, 1, 0, false);
    assertEquals(0, captured(4, 6, 4, true));
    assertEquals(0, losses.dropped());
    assertEquals(3, losses.skipped());
  }
}
