package dev.dmabroker.spi;

import dev.dmabroker.spec.CheckReturnValue;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One property of a heap's memory, known or not, and how it is known. Immutable if its value is.
 *
 * @param <T> the value's type
 * @param value the value; null if it is not known
 * @param basis how it is known
 * @param source where the knowledge comes from, for a person to read
 */
@CheckReturnValue
public record Trait<T>(@Nullable T value, Basis basis, String source) {

  /** How a trait is known. */
  public enum Basis {
    /** The trait was seen on this machine. */
    PROBED,
    /** The documentation of the kernel or of the driver promises the trait. */
    DOCUMENTED,
    /** The maker of the heap set the trait, as for modelled heaps. */
    DECLARED,
    /** The trait is taken to be so on general grounds. */
    ASSUMED,
    /** The trait is not known, which counts as a no. */
    UNKNOWN
  }

  /**
   * Checks that a trait lacks a value exactly if it is unknown.
   *
   * @param basis how it is known
   * @param source where the knowledge comes from, for a person to read
   * @param value the value; null if it is not known
   */
  public Trait {
    if ((value == null) != (basis == Basis.UNKNOWN)) {
      throw new IllegalArgumentException("value " + value + " does not go with basis " + basis);
    }
    Objects.requireNonNull(source, "source");
  }

  /**
   * Makes a trait that is not known.
   *
   * @param <T> the type of the value
   * @param source where the value is known from, for a person to read
   * @return the trait
   */
  public static <T> Trait<T> unknown(String source) {
    return new Trait<>(null, Basis.UNKNOWN, source);
  }

  /**
   * Makes a trait that was seen on this machine.
   *
   * @param <T> the type of the value
   * @param value the value
   * @param source where the value is known from, for a person to read
   * @return the trait
   */
  public static <T> Trait<T> probed(T value, String source) {
    return new Trait<>(value, Basis.PROBED, source);
  }

  /**
   * Makes a trait that documentation promises.
   *
   * @param <T> the type of the value
   * @param value the value
   * @param source where the value is known from, for a person to read
   * @return the trait
   */
  public static <T> Trait<T> documented(T value, String source) {
    return new Trait<>(value, Basis.DOCUMENTED, source);
  }

  /**
   * Makes a trait that the maker of the heap sets.
   *
   * @param <T> the type of the value
   * @param value the value
   * @return the trait
   */
  public static <T> Trait<T> declared(T value) {
    return new Trait<>(value, Basis.DECLARED, "set when the heap was made");
  }

  /**
   * Makes a trait that is taken to be so.
   *
   * @param <T> the type of the value
   * @param value the value
   * @param source where the value is known from, for a person to read
   * @return the trait
   */
  public static <T> Trait<T> assumed(T value, String source) {
    return new Trait<>(value, Basis.ASSUMED, source);
  }

  /** {@return the value, if it is known} */
  public Optional<T> known() {
    return Optional.ofNullable(value);
  }

  /**
   * {@return whether the trait is known to have this value}
   *
   * @param expected the value to compare with
   */
  public boolean is(T expected) {
    return expected.equals(value);
  }

  /**
   * {@return the value, or {@code otherwise} if nothing is known}
   *
   * @param otherwise the value to take if this one is not known
   */
  public T or(T otherwise) {
    return value == null ? otherwise : value;
  }

  @Override
  public String toString() {
    return value == null ? "unknown" : value.toString();
  }
}
