package dev.dmabroker.spec;

/**
 * The accesses of a device to a buffer. A device declares the most that it does at registration,
 * and says at each map what it does then.
 */
public enum Access {
  /** The device reads the contents and leaves them as they are. */
  READ(true, false),
  /** The device writes parts of the buffer; the rest of the contents stay. */
  WRITE(false, true),
  /** The device reads and writes. */
  READ_WRITE(true, true),
  /**
   * The device writes, and no device will read the contents from before: a move that happens on the
   * way need not copy them. The old contents are lost from the call on, even if the map fails.
   */
  OVERWRITE(false, true);

  private final boolean reads;
  private final boolean writes;

  Access(boolean reads, boolean writes) {
    this.reads = reads;
    this.writes = writes;
  }

  /** {@return whether the contents are read} */
  public boolean reads() {
    return reads;
  }

  /** {@return whether the contents are changed} */
  public boolean writes() {
    return writes;
  }

  /**
   * {@return whether a device that declared this access may map with {@code requested}}
   *
   * @param requested the access that is asked for
   */
  public boolean permits(Access requested) {
    return (reads || !requested.reads) && (writes || !requested.writes);
  }
}
