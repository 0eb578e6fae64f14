package dev.dmabroker;

import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import java.util.Optional;

/**
 * Why no heap suits the devices of a buffer, and what would help. Its text says both on one line.
 * Immutable. Not for implementation outside the broker.
 */
public interface Conflict {

  /**
   * {@return the demands that cannot be met together} Empty if the heaps alone are the reason, as
   * when none is large enough.
   */
  List<Clause> clauses();

  /**
   * {@return whether all clauses are needed for the conflict: without any one of them, the rest
   * could be met} False if there were too many sets of demands to look at; then some clauses may
   * not matter.
   */
  boolean irreducible();

  /**
   * {@return whether no smaller set of demands conflicts; false if there were too many sets to look
   * at}
   */
  boolean smallest();

  /**
   * {@return the smallest changes of which each by itself would make a heap suit, at most five}
   * Empty if no change was found that is small enough to list.
   */
  List<Relaxation> relaxations();

  /** {@return the reason why the demands cannot be met, for a person to read} */
  String cause();

  /**
   * One demand of one device: a field of its constraints with a value. Immutable. Not for
   * implementation outside the broker.
   */
  interface Clause {

    /** {@return the device's name} */
    String device();

    /** {@return the label of the field, or {@code alternatives} for a device that gives several} */
    String field();

    /** {@return the value that the device asks for, for a person to read} */
    String value();
  }

  /**
   * Changes that together would make a heap suit. Immutable. Not for implementation outside the
   * broker.
   */
  interface Relaxation {

    /** {@return the changes, all of which are needed} */
    List<Change> changes();

    /** {@return the name of the heap in which the buffer would lie then} */
    String heap();

    /**
     * {@return the format in which the picture would be stored then, if the spec names several; the
     * values that would fit are for this one}
     */
    Optional<PixelFormat> format();
  }

  /** A change to one field. Immutable. Not for implementation outside the broker. */
  interface Change {

    /** {@return the demand that would have to change} */
    Clause clause();

    /**
     * {@return the value that would fit, or {@code not asked} if the device has to drop the demand}
     */
    String instead();
  }
}
