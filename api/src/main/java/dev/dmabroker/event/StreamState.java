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

  /** {@return its name} */
  String name();

  /** {@return whether frames flow} */
  BufferStream.State state();

  /**
   * {@return how many buffers the stream has: those that are {@link #free}, {@link #filling} and
   * {@link #inFlight} together} A closed stream has none, although devices may still {@linkplain
   * Holds#now hold} some that were the stream's.
   */
  int depth();

  /** {@return how many buffers the stream keeps, as declared} */
  int floor();

  /** {@return how many buffers the stream may have} */
  int maxBuffers();

  /** {@return the bytes of all its buffers} */
  long sizeBytes();

  /** {@return how many buffers are neither the producer's nor a consumer's} */
  int free();

  /** {@return how many of the stream's buffers the producer has} */
  int filling();

  /**
   * {@return how many buffers are queued for or held by consumers, or wait for the producer's
   * fence}
   */
  int inFlight();

  /** {@return how many threads wait to acquire a frame} */
  int waiting();

  /** {@return how many frames were submitted so far} */
  long submitted();

  /** {@return how many frames had a fence that signalled an error} */
  long failed();

  /**
   * {@return the number of times that the producer had to wait to acquire, or tried without
   * success}
   */
  long starved();

  /** {@return how many buffers were added because the producer would have waited} */
  long grown();

  /** {@return how many buffers were given back after a quiet time} */
  long shrunk();

  /** {@return how often the stream was not allowed to grow} */
  long refused();

  /**
   * {@return how many buffers were overwritten with zeros before devices of another group got them}
   */
  long scrubbed();

  /**
   * {@return the number of times that the stream started or went on without a {@linkplain
   * dev.dmabroker.StreamSpec.Builder#dispensable dispensable} consumer}
   */
  long leftOut();

  /**
   * {@return the reason why the stream does not grow though the producer waits; empty otherwise}
   */
  Optional<String> heldBack();

  /** {@return what the producer does with the stream's buffers} */
  Holds producer();

  /** {@return the attached consumers} */
  List<ConsumerState> consumers();

  /**
   * What a device does with a stream's buffers, next to what it declared. Immutable. Not for
   * implementation outside the broker.
   */
  interface Holds {

    /** {@return the device's name} */
    String device();

    /** {@return how many buffers the device holds} */
    int now();

    /** {@return how many buffers it has held at once at most} */
    int most();

    /** {@return how many buffers it declared, with its dedicated slack; -1 if it did not} */
    int camping();

    /** {@return how many buffers it has held and released} */
    long ended();

    /** {@return the time for which it held those buffers, added up} */
    Duration total();

    /** {@return the longest time for which it held one of those buffers} */
    Duration longest();

    /** {@return the longest hold that it declared, or the broker's default} */
    Duration longestHold();

    /** {@return how many buffers it has held for longer than that} */
    long overheld();
  }

  /** The state of a consumer. Immutable. Not for implementation outside the broker. */
  interface ConsumerState {

    /** {@return what happens to frames while the consumer is slow} */
    StreamConsumer.Policy policy();

    /** {@return how many frames the consumer has not taken yet} */
    int queued();

    /** {@return how many frames the consumer will not see} */
    long dropped();

    /** {@return what the consumer does with the frames that it has taken} */
    Holds holds();
  }
}
