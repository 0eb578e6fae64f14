package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A constraint has an impossible value, or two constraints of one device contradict each other. */
public final class InvalidConstraintException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** The fields that are wrong, or that contradict each other. */
  private final ImmutableList<ConstraintField> fields;

  /**
   * Makes an exception with the fields that are wrong, or that contradict each other.
   *
   * @param message which value is wrong, and what would be right
   * @param fields the fields that are wrong, or that contradict each other
   */
  public InvalidConstraintException(String message, ConstraintField... fields) {
    super(message);
    this.fields = ImmutableList.copyOf(fields);
  }

  /** {@return the fields that are wrong, or that contradict each other} */
  public List<ConstraintField> fields() {
    return fields;
  }
}
