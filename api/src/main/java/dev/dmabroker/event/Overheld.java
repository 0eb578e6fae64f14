package dev.dmabroker.event;

import java.time.Duration;

/**
 * A device holds more of a stream than it declared: a buffer for longer, or more buffers.
 *
 * @param stream the stream's name
 * @param device who
 * @param excess which of the two
 * @param index the buffer that was held too long, or was one too many
 * @param held for how long it has been held so far
 * @param longestHold what the device declared, or the broker's default
 * @param count how many buffers the device holds
 * @param camping how many it declared; -1 if it did not
 */
public record Overheld(
    String stream,
    String device,
    Excess excess,
    int index,
    Duration held,
    Duration longestHold,
    int count,
    int camping) {
  /** What was exceeded. */
  public enum Excess {
    /** {@link dev.dmabroker.DeviceSpec#longestHold}; told once for a frame. */
    TOO_LONG,
    /**
     * {@link dev.dmabroker.spec.ConstraintsBuilder#camping}, with the dedicated slack; told when
     * the device holds more than ever before.
     */
    TOO_MANY
  }
}
