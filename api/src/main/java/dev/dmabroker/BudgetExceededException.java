package dev.dmabroker;

/** A buffer would take more memory than the budget of a device or of a group of devices allows. */
public final class BudgetExceededException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The name of the device or group. */
  private final String budget;

  /** All of the budget, in bytes. */
  private final long limitBytes;

  /** The bytes that other buffers have reserved. */
  private final long reservedBytes;

  /** The further bytes that were asked for. */
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

  /** {@return the name of the device or group that has the budget} */
  public String budget() {
    return budget;
  }

  /** {@return the limit of the budget, in bytes} */
  public long limitBytes() {
    return limitBytes;
  }

  /** {@return the bytes that other buffers have reserved of the budget} */
  public long reservedBytes() {
    return reservedBytes;
  }

  /** {@return the further bytes that were asked for} */
  public long askedBytes() {
    return askedBytes;
  }

  /**
   * Whether other buffers take the rest of the budget, and may give it back; false if the budget is
   * too small by itself.
   */
  @Override
  public boolean isTransient() {
    return askedBytes <= limitBytes;
  }
}
