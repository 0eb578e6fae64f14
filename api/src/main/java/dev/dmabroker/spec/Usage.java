package dev.dmabroker.spec;

/**
 * What a device does with a buffer. A usage turns preferences on and is never a hard constraint:
 * {@link #wishes} says which, and each unmet one costs {@link #WEIGHT}.
 */
public enum Usage {
  /** Nothing is touched, such as by a device that only passes buffers on. */
  NONE(Kind.NOTHING),
  /** The CPU reads now and then. */
  CPU_READ(Kind.CPU),
  /** The CPU reads every frame: out of uncached memory that is many times slower. */
  CPU_READ_OFTEN(Kind.CACHED),
  /** The CPU writes now and then. */
  CPU_WRITE(Kind.CPU),
  /** The CPU writes every frame. */
  CPU_WRITE_OFTEN(Kind.CACHED),
  /** Scanned out as a layer. */
  DISPLAY_LAYER(Kind.IMPORT),
  /** Scanned out as a cursor. */
  DISPLAY_CURSOR(Kind.IMPORT),
  /** Filled by a camera. */
  VIDEO_CAPTURE(Kind.IMPORT),
  /** Read by a video encoder. */
  VIDEO_ENCODER(Kind.IMPORT),
  /** Filled by a video decoder. */
  VIDEO_DECODER(Kind.IMPORT),
  /** Filled by a decryptor. */
  VIDEO_DECRYPTOR(Kind.IMPORT),
  /** Sampled by a GPU. */
  GPU_SAMPLED(Kind.IMPORT),
  /** Read and written by a GPU's shaders. */
  GPU_STORAGE(Kind.FAST),
  /** Rendered to by a GPU. */
  GPU_COLOR_TARGET(Kind.FAST),
  /** Copied from or to by a GPU. */
  GPU_TRANSFER(Kind.IMPORT),
  /** Read by an inference chip. */
  INFERENCE(Kind.IMPORT);

  /** What an unmet wish of a usage costs; see {@link ConstraintsBuilder#prefer}. */
  public static final int WEIGHT = 20;

  private final Kind kind;

  Usage(Kind kind) {
    this.kind = kind;
  }

  /** The fields that this usage prefers. */
  public Constraints wishes() {
    return switch (kind) {
      case NOTHING -> Constraints.none();
      case CPU -> Wishes.CPU;
      case CACHED -> Wishes.CACHED;
      case IMPORT -> Wishes.IMPORT;
      case FAST -> Wishes.FAST;
    };
  }

  private enum Kind {
    NOTHING,
    CPU,
    CACHED,
    IMPORT,
    FAST
  }

  /** Apart, as constraints know usages. */
  private static final class Wishes {
    static final Constraints CPU = Constraints.builder().cpuReach().build();
    static final Constraints CACHED =
        Constraints.builder().cpuReach().caching(Caching.CACHED).build();
    static final Constraints IMPORT = Constraints.builder().deviceAccess().build();
    static final Constraints FAST =
        Constraints.builder().deviceAccess().speed(MemorySpeed.FAST).build();
  }
}
