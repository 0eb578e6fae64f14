package dev.dmabroker;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A mapping that is out, and the device that holds it. Its text is such as {@code camera for 12 ms
 * (READ, by capture-1)}. Immutable. Not for implementation outside the broker.
 */
public interface Holder {

  /** The buffer's name. */
  String buffer();

  /** The device's name. */
  String device();

  /** What the mapping was made for. */
  Access access();

  /** How long ago it was made. */
  Duration held();

  /** The name of the thread that mapped. */
  String thread();

  /** Where it was mapped, if the broker records call sites, or took a sample of it. */
  Optional<Throwable> callSite();

  /** Whether only a fence is waited for; see {@link Mapping#closeAfter}. */
  boolean fenced();

  /** A count and each holder, for errors. */
  static String describe(List<Holder> holders) {
    return holders.stream()
        .map(Holder::toString)
        .collect(Collectors.joining(", ", holders.size() + " (", ")"));
  }
}
