package dev.dmabroker.spi;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing known, or not, of a heap.
 *
 * @param <T> the value's type
 * @param value what is known; null if nothing is
 * @param basis how it is known
 * @param source what it is known from, for a person to read
 */
public record Trait<T>(@Nullable T value, Basis basis, String source) {

  /** How a trait is known. */
  public enum Basis {
    /** Seen on this machine. */
    PROBED,
    /** Promised by the documentation of the kernel or of the driver. */
    DOCUMENTED,
    /** Set by who made the heap, as for modelled heaps. */
    DECLARED,
    /** Taken to be so on general grounds. */
    ASSUMED,
    /** Nothing is known, which counts as a no. */
    UNKNOWN
  }

  /** Checks that only an unknown trait lacks a value. */
  public Trait {
    if ((value == null) != (basis == Basis.UNKNOWN)) {
      throw new IllegalArgumentException("value " + value + " does not go with basis " + basis);
    }
    Objects.requireNonNull(source, "source");
  }

  /** A trait of which nothing is known. */
  public static <T> Trait<T> unknown(String source) {
    return new Trait<>(null, Basis.UNKNOWN, source);
  }

  /** A trait seen on this machine. */
  public static <T> Trait<T> probed(T value, String source) {
    return new Trait<>(value, Basis.PROBED, source);
  }

  /** A trait promised by documentation. */
  public static <T> Trait<T> documented(T value, String source) {
    return new Trait<>(value, Basis.DOCUMENTED, source);
  }

  /** A trait set by who made the heap. */
  public static <T> Trait<T> declared(T value) {
    return new Trait<>(value, Basis.DECLARED, "set when the heap was made");
  }

  /** A trait taken to be so. */
  public static <T> Trait<T> assumed(T value, String source) {
    return new Trait<>(value, Basis.ASSUMED, source);
  }

  /** What is known. */
  public Optional<T> known() {
    return Optional.ofNullable(value);
  }

  /** Whether the trait is known to have this value. */
  public boolean is(T expected) {
    return expected.equals(value);
  }

  /** The value, or {@code otherwise} if nothing is known. */
  public T or(T otherwise) {
    return value == null ? otherwise : value;
  }

  @Override
  public String toString() {
    return value == null ? "unknown" : value.toString();
  }
}
