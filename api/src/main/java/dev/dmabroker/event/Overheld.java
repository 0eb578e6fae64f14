package dev.dmabroker.event;

import java.time.Duration;

/**
 * A device holds more of a stream than it declared: a buffer for longer, or more buffers.
 * Immutable. Not for implementation outside the broker.
 */
public interface Overheld {

  /** The stream's name. */
  String stream();

  /** The name of the device that holds more than it declared. */
  String device();

  /** What was exceeded. */
  Excess excess();

  /** The index of the buffer that is held too long, or that is one too many. */
  int index();

  /** For how long that buffer has been held so far. */
  Duration held();

  /** The longest hold that the device declared, or the broker's default. */
  Duration longestHold();

  /** How many buffers the device holds. */
  int count();

  /** How many buffers the device declared to hold; -1 if it did not. */
  int camping();

  /** The limits that a device can exceed. */
  enum Excess {
    /**
     * The device held a buffer for longer than {@link dev.dmabroker.DeviceSpec#longestHold}; told
     * once for a frame.
     */
    TOO_LONG,
    /**
     * The device held more buffers than {@link dev.dmabroker.spec.ConstraintsBuilder#camping} with
     * the dedicated slack; told when the device holds more than ever before.
     */
    TOO_MANY
  }
}
