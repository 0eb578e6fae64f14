package dev.dmabroker.spec;

/**
 * The uses that a device makes of a buffer. A usage adds preferences and is never a hard
 * constraint: {@link #wishes} says which fields it prefers, and each unmet one costs {@link
 * #WEIGHT}. A usage that prefers no field tells placement heuristics what the device is.
 */
public enum Usage {
  /** The device does not touch the contents; it only passes buffers on, for example. */
  NONE(Kind.NOTHING),
  /** The CPU reads now and then. */
  CPU_READ(Kind.CPU),
  /** The CPU reads every frame; reading uncached memory is many times slower. */
  CPU_READ_OFTEN(Kind.CACHED),
  /** The CPU writes now and then. */
  CPU_WRITE(Kind.CPU),
  /** The CPU writes every frame. */
  CPU_WRITE_OFTEN(Kind.CACHED),
  /** A display scans the buffer out as a layer. */
  DISPLAY_LAYER(Kind.NOTHING),
  /** A display scans the buffer out as a cursor. */
  DISPLAY_CURSOR(Kind.NOTHING),
  /** A camera fills the buffer. */
  VIDEO_CAPTURE(Kind.NOTHING),
  /** A video encoder reads the buffer. */
  VIDEO_ENCODER(Kind.NOTHING),
  /** A video decoder fills the buffer. */
  VIDEO_DECODER(Kind.NOTHING),
  /** A decryptor fills the buffer. */
  VIDEO_DECRYPTOR(Kind.NOTHING),
  /** A GPU samples the buffer. */
  GPU_SAMPLED(Kind.NOTHING),
  /** A GPU's shaders read and write the buffer. */
  GPU_STORAGE(Kind.FAST),
  /** A GPU renders to the buffer. */
  GPU_COLOR_TARGET(Kind.FAST),
  /** A GPU copies from or to the buffer. */
  GPU_TRANSFER(Kind.NOTHING),
  /** An inference chip reads the buffer. */
  INFERENCE(Kind.NOTHING);

  /** The cost of each unmet wish of a usage; see {@link ConstraintsBuilder#prefer}. */
  public static final int WEIGHT = 20;

  private final Kind kind;

  Usage(Kind kind) {
    this.kind = kind;
  }

  /** {@return the fields that this usage prefers} */
  public Constraints wishes() {
    return switch (kind) {
      case NOTHING -> Constraints.none();
      case CPU -> Wishes.CPU;
      case CACHED -> Wishes.CACHED;
      case FAST -> Wishes.FAST;
    };
  }

  private enum Kind {
    NOTHING,
    CPU,
    CACHED,
    FAST
  }

  /**
   * The wishes of each kind of usage. They are in a class of their own because {@link Constraints}
   * refers to this enum: the enum must not need constraints while it is initialized.
   */
  private static final class Wishes {
    static final Constraints CPU = Constraints.builder().cpuReach().build();
    static final Constraints CACHED =
        Constraints.builder().cpuReach().caching(Caching.CACHED).build();
    static final Constraints FAST = Constraints.builder().speed(MemorySpeed.FAST).build();
  }
}
