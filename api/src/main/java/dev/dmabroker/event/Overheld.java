package dev.dmabroker.event;

import java.time.Duration;

/**
 * A device holds more of a stream than it declared: a buffer for longer, or more buffers.
 * Immutable. Not for implementation outside the broker.
 */
public interface Overheld {

  /** {@return the stream's name} */
  String stream();

  /** {@return the name of the device that holds more than it declared} */
  String device();

  /** {@return what was exceeded} */
  Excess excess();

  /** {@return the index of the buffer that is held too long, or that is one too many} */
  int index();

  /** {@return for how long that buffer has been held so far} */
  Duration held();

  /** {@return the longest hold that the device declared, or the broker's default} */
  Duration longestHold();

  /** {@return how many buffers the device holds} */
  int count();

  /** {@return how many buffers the device declared to hold; -1 if it did not} */
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
