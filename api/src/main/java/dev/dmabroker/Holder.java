package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.CheckReturnValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An open mapping, or a lease in use, and the device that holds it. Its text reads like {@code
 * camera for 12 ms (READ, by capture-1)}. Immutable. Not for implementation outside the broker.
 */
public interface Holder {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the device's name} */
  String device();

  /** {@return the access that the mapping was made for} */
  Access access();

  /** {@return how long ago the mapping was made; of a lease, how long ago its latest use began} */
  Duration held();

  /**
   * {@return the name of the thread that made the mapping, or that has got it since, if it waited
   * for the mapping of a frame or of a future; of a lease, the name of its holder}
   */
  String thread();

  /**
   * {@return the place in the application's code where that thread made or got the mapping; empty
   * unless the broker records call sites or sampled this mapping}
   */
  Optional<Throwable> callSite();

  /** {@return whether the mapping waits only for its fence; see {@link Mapping#closeAfter}} */
  boolean fenced();

  /** {@return how many uses of a lease go on; 0 if this is not a {@link Lease}} */
  long leaseUses();

  /**
   * Describes a list of holders for error texts: their count, then each holder.
   *
   * @param holders the holders
   * @return the text
   */
  @CheckReturnValue
  static String describe(List<Holder> holders) {
    return holders.stream()
        .map(Holder::toString)
        .collect(Collectors.joining(", ", holders.size() + " (", ")"));
  }
}
