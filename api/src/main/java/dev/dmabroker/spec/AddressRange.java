package dev.dmabroker.spec;

/**
 * Addresses that a device can put out.
 *
 * @param first the first address, at least 0
 * @param last the last address, at least {@code first}; {@code Long.MAX_VALUE} is no limit
 */
public record AddressRange(long first, long last) {

  /** Checks the order. */
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

  /** Whether all of the other range lies in this one. */
  public boolean contains(AddressRange other) {
    return first <= other.first && other.last <= last;
  }

  /** Hexadecimal, the last address included. */
  @Override
  public String toString() {
    return "0x" + Long.toHexString(first) + "-0x" + Long.toHexString(last);
  }
}
