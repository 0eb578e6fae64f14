package dev.dmabroker.internal.gate;

import dev.dmabroker.spec.Access;

/** Sets of accesses, as bits: so one look tells a map whether it is let in. */
final class Accesses {
  /** Every access. */
  static final int ALL;

  /** The accesses that change nothing. */
  static final int READERS;

  static {
    int all = 0;
    int readers = 0;
    for (Access access : Access.values()) {
      all |= bit(access);
      readers |= access.writes() ? 0 : bit(access);
    }
    ALL = all;
    READERS = readers;
  }

  private Accesses() {}

  /** The set of that access alone. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  static int bit(Access access) {
    return 1 << access.ordinal();
  }

  /** {@link Access#writes}, for the compiler to work out where the access is a constant. */
  static boolean change(Access access) {
    return (bit(access) & READERS) == 0;
  }

  /** The accesses that a device may map with if it declared that one. */
  static int permittedBy(Access declared) {
    int permitted = 0;
    for (Access access : Access.values()) {
      permitted |= declared.permits(access) ? bit(access) : 0;
    }
    return permitted;
  }
}
