package dev.dmabroker;

/** No heap, full or not, suits the devices of a buffer. */
public final class UnsatisfiableException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final transient Plan plan;
  private final transient Conflict conflict;

  UnsatisfiableException(String message, Plan plan, Conflict conflict) {
    super(message);
    this.plan = plan;
    this.conflict = conflict;
  }

  /** The plan, which says why each heap was passed over. */
  public Plan plan() {
    return plan;
  }

  /** The demands that cannot be met together, and what would help. */
  public Conflict conflict() {
    return conflict;
  }
}
