package dev.dmabroker.samples.common;

import dev.dmabroker.devices.V4l2Buffer;

/**
 * Tells frames that a capture lost for want of a buffer from those that vivid skipped by itself:
 * vivid numbers frames by the clock, and a number is missing too where its own thread was late. Of
 * the missing ones those count as dropped that would have come before the buffer was queued. The
 * driver stamps frames with the clock that {@link System#nanoTime} reads. Used by one thread.
 */
public final class FrameLosses {
  private final double periodNanos;
  private long lastSequence = -1;
  private long lastNanos = Long.MAX_VALUE;
  private long dropped;
  private long skipped;

  /**
   * Counts from now on.
   *
   * @param framesPerSecond the camera's rate
   */
  public FrameLosses(double framesPerSecond) {
    this.periodNanos = 1e9 / framesPerSecond;
  }

  /**
   * Counts a frame.
   *
   * @param frame the frame, as the driver gave it back
   * @param queuedNanos when its buffer had been queued, by {@link System#nanoTime}
   * @param behindAnother whether the camera was at work at another buffer then. It did not want for
   *     a buffer in that case, however long ago the stamp of the frame before is: the driver stamps
   *     a frame when it begins it
   * @return frames lost before it for want of a buffer
   */
  public long captured(V4l2Buffer frame, long queuedNanos, boolean behindAnother) {
    long missing = frame.sequence() - lastSequence - 1;
    long without = behindAnother ? 0 : (long) ((queuedNanos - lastNanos) / periodNanos);
    long lost = Math.max(0, Math.min(missing, without));
    lastSequence = frame.sequence();
    lastNanos = frame.timestampNanos();
    dropped += lost;
    skipped += missing - lost;
    return lost;
  }

  /** {@return frames lost for want of a buffer} */
  public long dropped() {
    return dropped;
  }

  /** {@return numbers that the camera skipped by itself, less those that it gave twice} */
  public long skipped() {
    return skipped;
  }
}
