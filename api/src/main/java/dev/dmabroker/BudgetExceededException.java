package dev.dmabroker;

/** A buffer would take more than a device or a group of devices may. */
public final class BudgetExceededException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final String budget;
  private final long limitBytes;
  private final long reservedBytes;
  private final long askedBytes;

  BudgetExceededException(
      String what, String budget, long limitBytes, long reservedBytes, long askedBytes) {
    super(
        "cannot "
            + what
            + ": it needs "
            + askedBytes
            + " bytes of the budget of "
            + budget
            + ", of which "
            + reservedBytes
            + " of "
            + limitBytes
            + " are reserved; close buffers of "
            + budget
            + ", or give it a larger budget");
    this.budget = budget;
    this.limitBytes = limitBytes;
    this.reservedBytes = reservedBytes;
    this.askedBytes = askedBytes;
  }

  /** The device or group whose budget it is. */
  public String budget() {
    return budget;
  }

  /** All of the budget, in bytes. */
  public long limitBytes() {
    return limitBytes;
  }

  /** What other buffers have reserved of it, in bytes. */
  public long reservedBytes() {
    return reservedBytes;
  }

  /** What was asked for on top, in bytes. */
  public long askedBytes() {
    return askedBytes;
  }
}
