package dev.dmabroker.event;

import dev.dmabroker.BufferStream;
import dev.dmabroker.StreamConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The state of a stream, consistent in itself. Immutable. Not for implementation outside the
 * broker.
 */
public interface StreamState {

  /** Its name. */
  String name();

  /** Whether frames flow. */
  BufferStream.State state();

  /**
   * How many buffers the stream has: those that are {@link #free}, {@link #filling} and {@link
   * #inFlight} together. A closed stream has none, although devices may still {@linkplain Holds#now
   * hold} some that were the stream's.
   */
  int depth();

  /** How many buffers the stream keeps, as declared. */
  int floor();

  /** How many buffers the stream may have. */
  int maxBuffers();

  /** The bytes of all its buffers. */
  long sizeBytes();

  /** How many buffers are neither the producer's nor a consumer's. */
  int free();

  /** How many of the stream's buffers the producer has. */
  int filling();

  /** How many buffers are queued for or held by consumers, or wait for the producer's fence. */
  int inFlight();

  /** How many threads wait to acquire a frame. */
  int waiting();

  /** How many frames were submitted so far. */
  long submitted();

  /** How many frames had a fence that signalled an error. */
  long failed();

  /** The number of times that the producer had to wait to acquire, or tried without success. */
  long starved();

  /** How many buffers were added because the producer would have waited. */
  long grown();

  /** How many buffers were given back after a quiet time. */
  long shrunk();

  /** How often the stream was not allowed to grow. */
  long refused();

  /** How many buffers were overwritten with zeros before devices of another group got them. */
  long scrubbed();

  /** The reason why the stream does not grow though the producer waits; empty otherwise. */
  Optional<String> heldBack();

  /** What the producer does with the stream's buffers. */
  Holds producer();

  /** The attached consumers. */
  List<ConsumerState> consumers();

  /**
   * What a device does with a stream's buffers, next to what it declared. Immutable. Not for
   * implementation outside the broker.
   */
  interface Holds {

    /** The device's name. */
    String device();

    /** How many buffers the device holds. */
    int now();

    /** How many buffers it has held at once at most. */
    int most();

    /** How many buffers it declared, with its dedicated slack; -1 if it did not. */
    int camping();

    /** How many buffers it has held and released. */
    long ended();

    /** The time for which it held those buffers, added up. */
    Duration total();

    /** The longest time for which it held one of those buffers. */
    Duration longest();

    /** The longest hold that it declared, or the broker's default. */
    Duration longestHold();

    /** How many buffers it has held for longer than that. */
    long overheld();
  }

  /** The state of a consumer. Immutable. Not for implementation outside the broker. */
  interface ConsumerState {

    /** What happens to frames while the consumer is slow. */
    StreamConsumer.Policy policy();

    /** How many frames the consumer has not taken yet. */
    int queued();

    /** How many frames the consumer will not see. */
    long dropped();

    /** What the consumer does with the frames that it has taken. */
    Holds holds();
  }
}
