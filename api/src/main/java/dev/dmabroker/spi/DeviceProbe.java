package dev.dmabroker.spi;

import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;

/**
 * Asks a real device whether it imports memory. Constraints that match do not guarantee an import
 * (the kernel's documentation of exchanging dma-bufs says so too), so the broker allocates a buffer
 * in each heap and offers it to the probe. The thread that registers the device calls the probe,
 * without a lock, for one heap at a time; the thread that rescans does so for a heap that joins. A
 * probe may be asked again after it was closed. A probe that is given to one device need not be
 * thread-safe.
 */
public interface DeviceProbe {

  /** {@return the name of the probe in findings, for example {@code V4L2 /dev/video0}} */
  String name();

  /**
   * {@return the memory to offer} It should be some megabytes: a small piece of scattered memory
   * may happen to be contiguous, and a device then takes it that will refuse a frame.
   *
   * @param declared the constraints that the device declared
   */
  Sample sample(Constraints declared);

  /**
   * Offers memory to the device and takes it back. No part of the memory is in use when this
   * returns. May block.
   *
   * @param backing memory of at least the sample's size; the probe does not release it
   * @param sample what {@link #sample} returned
   * @return what the device answered
   */
  Answer tryImport(Backing backing, Sample sample);

  /**
   * Gives back what the probe holds. The broker calls it after the last heap. When memory is
   * {@linkplain dev.dmabroker.Broker#adopt adopted} later, the broker may offer it after that: it
   * then calls {@link #sample}, {@link #tryImport} and this method once more, from the thread that
   * attaches.
   */
  default void close() {}

  /**
   * The memory that a probe wants to be offered.
   *
   * @param sizeBytes at least the layout's size
   * @param layout how contents would lie in it
   */
  record Sample(long sizeBytes, Layout layout) {

    /**
     * Checks that the layout fits.
     *
     * @param layout how contents would lie in it
     * @param sizeBytes at least the layout's size
     * @throws IllegalArgumentException if the memory is smaller than the layout
     */
    public Sample {
      if (sizeBytes < layout.sizeBytes()) {
        throw new IllegalArgumentException(
            "a sample of " + sizeBytes + " bytes does not hold " + layout);
      }
    }
  }

  /**
   * The device's answer to an offer.
   *
   * @param verdict whether it takes the memory
   * @param reason the device's words, for a person to read
   */
  record Answer(Verdict verdict, String reason) {}

  /** Whether a device takes a heap's memory. */
  enum Verdict {
    /** The device imported the memory. */
    ACCEPTED,
    /** The device refused the memory. */
    REFUSED,
    /**
     * The device could not be asked, for example because it is in use; its declared constraints
     * count on.
     */
    UNKNOWN
  }
}
