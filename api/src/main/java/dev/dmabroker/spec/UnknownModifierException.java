package dev.dmabroker.spec;

/** A code is not a DRM format modifier that {@link Modifier} has. */
public final class UnknownModifierException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final long code;

  UnknownModifierException(long code) {
    super(describe(code));
    this.code = code;
  }

  private static String describe(long code) {
    String reason =
        code == Modifier.INVALID_CODE
            ? " is DRM_FORMAT_MOD_INVALID, which names no layout but leaves it to the driver"
            : " of " + Modifier.vendorOf(code) + " has no layout that is known here";
    return String.format("modifier 0x%016x", code)
        + reason
        + "; LINEAR (0) would help, or a wildcard where any layout will do";
  }

  /** The code that is not known. */
  public long code() {
    return code;
  }
}
