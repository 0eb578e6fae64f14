package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.Trait;
import java.time.Duration;
import java.util.List;

/**
 * A device known to a broker: a name, what memory it reaches and how it behaves. Thread-safe. Not
 * for implementation outside the broker.
 */
public interface Device extends AutoCloseable {

  /** Unique among the broker's registered devices. */
  String name();

  /** The memory that the device can reach, as it likes it best, with what a probe has learnt. */
  Constraints constraints();

  /** The most that the device does with a buffer. */
  Access access();

  /** What a probe learnt of the device, a heap each; empty if none was asked. */
  List<Finding> findings();

  /** The longest that the device holds one mapping. */
  Duration longestHold();

  /**
   * Takes the device out of the broker, so that its name is free and nothing new attaches it.
   * Attachments that exist go on until they are closed. Never blocks; a second call does nothing.
   */
  @Override
  void close();

  /**
   * Whether a device takes a heap's memory. Immutable. Not for implementation outside the broker.
   */
  interface Finding {

    /** The heap's name. */
    String heap();

    /** Whether the device takes its memory. */
    DeviceProbe.Verdict verdict();

    /**
     * How that is known: {@code PROBED} if it was tried, {@code ASSUMED} if it is inferred from
     * what the device did with others, {@code UNKNOWN} if it could not be asked.
     */
    Trait.Basis basis();

    /** What was found, for a person to read. */
    String reason();
  }
}
