package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A constraint that cannot be meant, or two of one device that contradict each other. */
public final class InvalidConstraintException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final ImmutableList<ConstraintField> fields;

  /** With the fields that are wrong, or that contradict each other. */
  public InvalidConstraintException(String message, ConstraintField... fields) {
    super(message);
    this.fields = ImmutableList.copyOf(fields);
  }

  /** The fields that are wrong, or that contradict each other. */
  public List<ConstraintField> fields() {
    return fields;
  }
}
