package dev.dmabroker;

/** No heap, full or not, suits the devices. */
public final class UnsatisfiableException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final transient Plan plan;

  /** With the plan that found no placement. */
  public UnsatisfiableException(String message, Plan plan) {
    super(message);
    this.plan = plan;
  }

  /** Why each heap was passed over. */
  public Plan plan() {
    return plan;
  }
}
