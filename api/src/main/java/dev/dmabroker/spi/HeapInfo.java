package dev.dmabroker.spi;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.spec.Constraints;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A heap as the placement of buffers sees it.
 *
 * @param name its name
 * @param aliases its other names
 * @param type what kind of heap it is
 * @param traits what is known of its memory
 */
public record HeapInfo(String name, Set<String> aliases, String type, HeapTraits traits) {

  /**
   * Copies the set.
   *
   * @param aliases its other names
   * @param type what kind of heap it is
   * @param traits what is known of its memory
   * @param name its name
   */
  public HeapInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(traits, "traits");
    aliases = ImmutableSet.copyOf(aliases);
  }

  /**
   * {@return whether the candidate is the heap's name or one of its aliases}
   *
   * @param candidate the name to look at
   */
  public boolean isNamed(String candidate) {
    return name.equals(candidate) || aliases.contains(candidate);
  }

  /**
   * {@return the first constraint on memory that this heap does not meet, if there is one} The size
   * of a buffer and its layout are not considered.
   *
   * @param device the name of the device that has the constraints; memory in this device is not
   *     another device's memory
   * @param constraints what the device needs
   */
  public Optional<Unmet> unmet(String device, Constraints constraints) {
    return Optional.ofNullable(Suitability.unmet(this, device, constraints));
  }
}
