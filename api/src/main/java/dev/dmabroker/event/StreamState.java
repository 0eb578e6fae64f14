package dev.dmabroker.event;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.BufferStream;
import dev.dmabroker.StreamConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stream, consistent in itself.
 *
 * @param name its name
 * @param state whether frames flow
 * @param depth buffers that it has
 * @param floor buffers that it keeps, as declared
 * @param maxBuffers its limit
 * @param sizeBytes of all its buffers
 * @param free buffers that nobody has
 * @param filling buffers that the producer has
 * @param inFlight buffers that are queued for or held by consumers, or wait for the producer's
 *     fence
 * @param waiting who waits to acquire
 * @param submitted frames so far
 * @param failed frames whose fence signalled an error
 * @param starved how often somebody had to wait to acquire, or tried in vain
 * @param grown buffers that were added when the producer would have waited
 * @param shrunk buffers that were given back after a quiet time
 * @param refused how often the stream was not to grow
 * @param scrubbed buffers that were overwritten with zeros between groups
 * @param heldBack why the stream does not grow though the producer waits, if so
 * @param producer what the producer does with its buffers
 * @param consumers who is attached
 */
public record StreamState(
    String name,
    BufferStream.State state,
    int depth,
    int floor,
    int maxBuffers,
    long sizeBytes,
    int free,
    int filling,
    int inFlight,
    int waiting,
    long submitted,
    long failed,
    long starved,
    long grown,
    long shrunk,
    long refused,
    long scrubbed,
    Optional<String> heldBack,
    Holds producer,
    List<ConsumerState> consumers) {
  /** Copies the list. */
  public StreamState {
    consumers = ImmutableList.copyOf(consumers);
  }

  /**
   * What a device does with a stream's buffers, beside what it declared.
   *
   * @param device its name
   * @param now how many it holds
   * @param most how many it has held at once at most
   * @param camping how many it declared, with its dedicated slack; -1 if it did not
   * @param ended how many it has held and released
   * @param total for how long, all together
   * @param longest for how long at most
   * @param longestHold what it declared, or the broker's default
   * @param overheld how many it has held for longer
   */
  public record Holds(
      String device,
      int now,
      int most,
      int camping,
      long ended,
      Duration total,
      Duration longest,
      Duration longestHold,
      long overheld) {}

  /**
   * A consumer.
   *
   * @param policy what happens to frames while it is slow
   * @param queued frames that it has not taken yet
   * @param dropped frames that it will not see
   * @param holds the frames that it has taken
   */
  public record ConsumerState(
      StreamConsumer.Policy policy, int queued, long dropped, Holds holds) {}
}
