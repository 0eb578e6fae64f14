package dev.dmabroker.spi;

import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;

/**
 * Asks a real device whether it imports memory, because a description that matches does not
 * guarantee an import (the kernel's documentation of exchanging dma-bufs says the same). The broker
 * allocates a buffer in each heap and offers it. Called without a lock, one heap at a time, from
 * the thread that registers the device.
 */
public interface DeviceProbe {

  /** Names the probe in findings, such as {@code V4L2 /dev/video0}. */
  String name();

  /**
   * What to offer. It should be some megabytes: a small piece of scattered memory may happen to be
   * contiguous, and is then taken by a device that will refuse a frame.
   *
   * @param declared what was declared of the device
   */
  Sample sample(Constraints declared);

  /**
   * Offers memory to the device and takes it back; nothing of it is in use when this returns.
   *
   * @param backing memory of at least the sample's size; the probe does not release it
   * @param sample what was asked for
   */
  Answer tryImport(Backing backing, Sample sample);

  /**
   * Gives back what the probe holds. Called after the last heap; memory that is {@linkplain
   * dev.dmabroker.Broker#adopt adopted} later may be offered after that, once more between {@link
   * #sample} and this, from the thread that attaches.
   */
  default void close() {}

  /**
   * What to offer.
   *
   * @param sizeBytes at least 1
   * @param layout how contents would lie in it
   */
  record Sample(long sizeBytes, Layout layout) {}

  /**
   * What the device said.
   *
   * @param verdict whether it takes the memory
   * @param reason the device's words, for a person to read
   */
  record Answer(Verdict verdict, String reason) {}

  /** Whether a device takes a heap's memory. */
  enum Verdict {
    /** It imported it. */
    ACCEPTED,
    /** It refused it. */
    REFUSED,
    /** It could not be asked, say because it is in use; what was declared goes on to count. */
    UNKNOWN
  }
}
