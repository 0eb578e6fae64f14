package dev.dmabroker.spec;

/**
 * What a device does with a buffer, declared at registration as an upper bound and given at each
 * map.
 */
public enum Access {
  /** The device reads the contents and leaves them as they are. */
  READ(true, false),
  /** The device writes parts of the buffer; the rest of the contents stays. */
  WRITE(false, true),
  /** The device reads and writes. */
  READ_WRITE(true, true),
  /**
   * The device writes and nobody will read what was there before: a move that happens on the way
   * need not copy the old contents. They are dead from the call on, even if the map fails.
   */
  OVERWRITE(false, true);

  private final boolean reads;
  private final boolean writes;

  Access(boolean reads, boolean writes) {
    this.reads = reads;
    this.writes = writes;
  }

  /** Whether the contents are read. */
  public boolean reads() {
    return reads;
  }

  /** Whether the contents are changed. */
  public boolean writes() {
    return writes;
  }

  /** Whether a device that declared this access may map with {@code requested}. */
  public boolean permits(Access requested) {
    return (reads || !requested.reads) && (writes || !requested.writes);
  }
}
