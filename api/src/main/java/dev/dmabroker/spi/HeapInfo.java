package dev.dmabroker.spi;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.spec.Constraints;
import java.util.Optional;
import java.util.Set;

/**
 * A heap as placement sees it.
 *
 * @param name its name
 * @param aliases its other names
 * @param type what kind of heap it is
 * @param traits what is known of its memory
 */
public record HeapInfo(String name, Set<String> aliases, String type, HeapTraits traits) {

  /** Copies the set. */
  public HeapInfo {
    aliases = ImmutableSet.copyOf(aliases);
  }

  /** Whether that is its name or an alias. */
  public boolean isNamed(String candidate) {
    return name.equals(candidate) || aliases.contains(candidate);
  }

  /**
   * The first constraint on memory that this heap does not meet, if there is one. How large a
   * buffer is, and how it is laid out, is left aside.
   *
   * @param device whose constraints they are: its own memory is no other device's
   */
  public Optional<Unmet> unmet(String device, Constraints constraints) {
    return Optional.ofNullable(Suitability.unmet(this, device, constraints));
  }
}
