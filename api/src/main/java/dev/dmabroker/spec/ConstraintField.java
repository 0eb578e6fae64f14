package dev.dmabroker.spec;

/**
 * The fields of constraints. Each field says how the values of several devices combine. Every
 * combination is associative and commutative, and all but the sums are idempotent.
 */
public enum ConstraintField {
  /** Memory that is one physically contiguous range. */
  CONTIGUOUS("contiguous", Combination.OR),
  /** Memory that the CPU can map. */
  CPU_REACH("cpuReach", Combination.OR),
  /**
   * Memory that is a dma-buf, which drivers import; a device asks for it unless it declares {@link
   * ConstraintsBuilder#cpuOnly}.
   */
  DEVICE_ACCESS("deviceAccess", Combination.OR),
  /** Width of the device's addresses, in bits. */
  ADDRESS_BITS("addressBits", Combination.SMALLEST),
  /** Ranges of addresses, one of which has to hold all of the memory. */
  ADDRESS_RANGES("addressRanges", Combination.INTERSECTION),
  /** Alignment of the first byte, in bytes, a power of two. */
  ALIGNMENT("alignmentBytes", Combination.COMMON_MULTIPLE),
  /** The smallest buffer, in bytes. */
  MIN_SIZE("minSizeBytes", Combination.LARGEST),
  /** The largest buffer, in bytes. */
  MAX_SIZE("maxSizeBytes", Combination.SMALLEST),
  /**
   * The most pieces of contiguous memory; each device counts with its own segment size and
   * boundary.
   */
  MAX_SEGMENTS("maxSegments", Combination.EACH),
  /** The largest piece that the device takes as one, in bytes. */
  MAX_SEGMENT_SIZE("maxSegmentBytes", Combination.EACH),
  /** No piece crosses a multiple of this number of bytes, a power of two. */
  SEGMENT_BOUNDARY("segmentBoundaryBytes", Combination.EACH),
  /** The coherency domains that the device supports. */
  COHERENCY("coherency", Combination.INTERSECTION),
  /** Memory that is protected from the CPU. */
  SECURE("secure", Combination.OR),
  /**
   * Whether the device reaches memory that lies in another device; it does not, unless declared.
   */
  PEER_TO_PEER("peerToPeer", Combination.INTERSECTION),
  /** The only heaps that the device reaches, by name or alias. */
  PERMITTED_HEAPS("permittedHeaps", Combination.INTERSECTION),
  /** Heaps that the device does not reach, by name or alias. */
  FORBIDDEN_HEAPS("forbiddenHeaps", Combination.UNION),
  /** The only types of heaps that the device reaches. */
  PERMITTED_HEAP_TYPES("permittedHeapTypes", Combination.INTERSECTION),
  /** Types of heaps that the device does not reach. */
  FORBIDDEN_HEAP_TYPES("forbiddenHeapTypes", Combination.UNION),
  /** Whether the CPU's mapping of the memory is cached. */
  CACHING("caching", Combination.INTERSECTION),
  /** The NUMA node at which the memory lies. */
  NUMA_NODE("numaNode", Combination.INTERSECTION),
  /** The least speed of the memory. */
  SPEED("speed", Combination.LARGEST),

  /** The formats of compressed video that the device takes. */
  COMPRESSED_FORMATS("compressedFormats", Combination.INTERSECTION),

  /** The pixel formats that the device takes. */
  FORMATS("formats", Combination.INTERSECTION),
  /** The DRM format modifiers that the device takes; linear alone, unless declared. */
  MODIFIERS("modifiers", Combination.INTERSECTION),
  /** The colour spaces that the device takes. */
  COLOR_SPACES("colorSpaces", Combination.INTERSECTION),
  /** Layouts of pictures, which are the only ones that the device takes. */
  LAYOUTS("layouts", Combination.INTERSECTION),
  /** Sizes of pictures; the buffer has to be able to hold a picture of each. */
  REQUIRED_SIZES("requiredSizes", Combination.UNION),
  /** The narrowest picture, in pixels; narrower ones are coded at this width. */
  MIN_WIDTH("minWidth", Combination.LARGEST, 1),
  /** The lowest picture, in pixels; lower ones are coded at this height. */
  MIN_HEIGHT("minHeight", Combination.LARGEST, 1),
  /** The widest coded picture, in pixels. */
  MAX_WIDTH("maxWidth", Combination.SMALLEST, Integer.MAX_VALUE),
  /** The highest coded picture, in pixels. */
  MAX_HEIGHT("maxHeight", Combination.SMALLEST, Integer.MAX_VALUE),
  /** The most pixels, coded width times coded height. */
  MAX_PIXELS("maxPixels", Combination.SMALLEST, Long.MAX_VALUE),
  /** The coded width is a multiple of this, in pixels. */
  WIDTH_ALIGNMENT("widthAlignment", Combination.COMMON_MULTIPLE, 1),
  /** The coded height is a multiple of this, in pixels. */
  HEIGHT_ALIGNMENT("heightAlignment", Combination.COMMON_MULTIPLE, 1),
  /** The width of the visible picture has to be a multiple of this, in pixels. */
  DISPLAY_WIDTH_ALIGNMENT("displayWidthAlignment", Combination.COMMON_MULTIPLE, 1),
  /** The height of the visible picture has to be a multiple of this, in pixels. */
  DISPLAY_HEIGHT_ALIGNMENT("displayHeightAlignment", Combination.COMMON_MULTIPLE, 1),
  /** The smallest stride of the first plane, in bytes. */
  MIN_STRIDE("minStrideBytes", Combination.LARGEST, 1),
  /** The largest stride of the first plane, in bytes. */
  MAX_STRIDE("maxStrideBytes", Combination.SMALLEST, Long.MAX_VALUE),
  /** The stride of every plane is a multiple of this, in bytes. */
  STRIDE_ALIGNMENT("strideAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** The stride of the first plane alone is a multiple of this, in bytes. */
  FIRST_STRIDE_ALIGNMENT("firstStrideAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** The first plane's offset is a multiple of this, in bytes. */
  START_OFFSET_ALIGNMENT("startOffsetAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** Every plane's offset is a multiple of this, in bytes. */
  PLANE_OFFSET_ALIGNMENT("planeOffsetAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** Width of the blocks, in pixels, that the device accesses as a whole. */
  BLOCK_WIDTH("blockWidth", Combination.COMMON_MULTIPLE, 1),
  /** Height of the blocks, in pixels, that the device accesses as a whole. */
  BLOCK_HEIGHT("blockHeight", Combination.COMMON_MULTIPLE, 1),
  /** Bytes past the picture's end that the device may read. */
  OVER_READ("overReadBytes", Combination.LARGEST, 0),
  /** Rows of pixels after each plane's last that the device may touch. */
  VERTICAL_PADDING("verticalPadding", Combination.LARGEST, 0),

  /** The number of buffers that the device may hold at once. */
  CAMPING("camping", Combination.SUM),
  /** Further buffers that are for this device alone. */
  DEDICATED_SLACK("dedicatedSlack", Combination.SUM),
  /** Further buffers that all devices share. */
  SHARED_SLACK("sharedSlack", Combination.LARGEST),
  /** The fewest buffers that the device works with. */
  MIN_COUNT("minCount", Combination.LARGEST),
  /** The most buffers that the device works with. */
  MAX_COUNT("maxCount", Combination.SMALLEST);

  /** How the values of several devices combine. */
  public enum Combination {
    /** The field is asked for if one device asks for it. */
    OR,
    /** The largest value counts. */
    LARGEST,
    /** The smallest value counts. */
    SMALLEST,
    /** The least common multiple counts, computed with overflow checks. */
    COMMON_MULTIPLE,
    /**
     * The values that all devices have in common count; if there are none, the devices conflict.
     */
    INTERSECTION,
    /** The values of all devices together count. */
    UNION,
    /** The sum of the values counts. */
    SUM,
    /** The values are not combined: each device's value has to be met by itself. */
    EACH
  }

  private final String label;
  private final Combination combination;
  private final long neutral;

  ConstraintField(String label, Combination combination) {
    this(label, combination, -1);
  }

  ConstraintField(String label, Combination combination, long neutral) {
    this.label = label;
    this.combination = combination;
    this.neutral = neutral;
  }

  /** {@return the name of the field in texts, for example {@code addressBits}} */
  public String label() {
    return label;
  }

  /** {@return how the values of several devices combine} */
  public Combination combination() {
    return combination;
  }

  /**
   * {@return whether the field is a property of pictures, and belongs into {@link
   * ImageConstraints}}
   */
  public boolean isImage() {
    return compareTo(FORMATS) >= 0 && compareTo(VERTICAL_PADDING) <= 0;
  }

  /** {@return whether the field counts buffers} */
  public boolean isCount() {
    return compareTo(CAMPING) >= 0;
  }

  /** Whether the field is a number that belongs to pictures. */
  boolean isImageNumber() {
    return isImage() && compareTo(REQUIRED_SIZES) > 0;
  }

  /** The value of a picture's number that asks for nothing. */
  long neutral() {
    return neutral;
  }

  @Override
  public String toString() {
    return label;
  }
}
