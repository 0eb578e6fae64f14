package dev.dmabroker;

import org.jspecify.annotations.Nullable;

/** No heap, full or not, suits the devices of a buffer. */
public final class UnsatisfiableException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** Null in a copy that was deserialized. */
  private final transient @Nullable Plan plan;

  /** The demands that cannot be met together. */
  private final Conflict conflict;

  UnsatisfiableException(String message, Plan plan, Conflict conflict) {
    super(message);
    this.plan = plan;
    this.conflict = conflict;
  }

  /**
   * {@return the plan, which says why each heap was passed over} A plan asks its broker for these
   * reasons, so it does not travel with an exception that is serialized; the text and the conflict
   * do.
   *
   * @throws IllegalStateException if this is a copy that was deserialized
   */
  public Plan plan() {
    Plan known = plan;
    if (known == null) {
      throw new IllegalStateException(
          "this exception was deserialized, and its plan stayed with the broker; it says: "
              + getMessage());
    }
    return known;
  }

  /** {@return the demands that cannot be met together, and what would help} */
  public Conflict conflict() {
    return conflict;
  }

  /**
   * False: the devices have to ask for less, or other heaps have to be there; the conflict says
   * what would help.
   */
  @Override
  public boolean isTransient() {
    return false;
  }
}
