package dev.dmabroker.samples.options;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The limits of an option that is an {@code int}, a {@code double}, or an {@code Optional} of one.
 * The option's help calls the number N, and names the limits.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Within {
  /** The least number that the option takes. */
  double least();

  /** The greatest number that the option takes. */
  double most();
}
