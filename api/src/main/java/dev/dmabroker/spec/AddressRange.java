package dev.dmabroker.spec;

/**
 * A range of addresses that a device can put out.
 *
 * @param first the first address, at least 0
 * @param last the last address, which is part of the range
 */
public record AddressRange(long first, long last) {

  /**
   * Checks that the range is not empty and does not begin below 0.
   *
   * @param first the first address, at least 0
   * @param last the last address, which is part of the range
   * @throws InvalidConstraintException if a bound is wrong
   */
  public AddressRange {
    if (first < 0 || last < first) {
      throw new InvalidConstraintException(
          "an address range must not be negative or upside down, is "
              + Long.toHexString(first)
              + " to "
              + Long.toHexString(last),
          ConstraintField.ADDRESS_RANGES);
    }
  }

  /**
   * {@return whether this range contains all of the other range}
   *
   * @param other the other range
   */
  public boolean contains(AddressRange other) {
    return first <= other.first && other.last <= last;
  }

  /** The range in hexadecimal; the last address is part of it. */
  @Override
  public String toString() {
    return "0x" + Long.toHexString(first) + "-0x" + Long.toHexString(last);
  }
}
