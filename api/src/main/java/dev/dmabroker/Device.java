package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.Trait;
import java.time.Duration;
import java.util.List;

/**
 * A device that is registered with a broker: its name, the memory that it reaches, and how it
 * behaves. Thread-safe. Not for implementation outside the broker.
 */
public interface Device extends AutoCloseable {

  /** {@return the device's name, unique among the broker's registered devices} */
  String name();

  /**
   * {@return the memory that the device can reach, in its preferred alternative, with what a probe
   * has learnt} A probe learns more when a heap {@linkplain Broker#rescan joins}.
   */
  Constraints constraints();

  /** {@return the most that the device does with a buffer; a map may ask for less} */
  Access access();

  /**
   * {@return what a probe learnt of the device, one finding for each heap, also for a heap that
   * vanished as long as buffers lie there; empty if the device has no probe}
   */
  List<Finding> findings();

  /**
   * {@return the longest time for which the device holds one mapping; never more than the 146 years
   * that the broker can count}
   */
  Duration longestHold();

  /**
   * Takes the device out of the broker: its name is free again, and no new attachment is made.
   * Existing attachments go on until they are closed. Never blocks; a second call does nothing.
   */
  @Override
  void close();

  /**
   * What a probe found: whether the device takes the memory of one heap. Immutable. Not for
   * implementation outside the broker.
   */
  interface Finding {

    /** {@return the heap's name} */
    String heap();

    /** {@return whether the device takes the heap's memory} */
    DeviceProbe.Verdict verdict();

    /**
     * {@return how the verdict is known: {@code PROBED} if the import was tried, {@code ASSUMED} if
     * the verdict is inferred from what the device did with other heaps, {@code UNKNOWN} if the
     * device could not be asked}
     */
    Trait.Basis basis();

    /** {@return the reason for the verdict, for a person to read} */
    String reason();
  }
}
