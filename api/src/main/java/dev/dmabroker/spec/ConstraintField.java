package dev.dmabroker.spec;

/**
 * What constraints can speak of. Each field says how the values of several devices combine; that is
 * associative and commutative for all, and idempotent for all but the sums.
 */
public enum ConstraintField {
  /** One physically contiguous range. */
  CONTIGUOUS("contiguous", Combination.OR),
  /** The CPU can map it. */
  CPU_REACH("cpuReach", Combination.OR),
  /** A dma-buf that drivers import. */
  DEVICE_ACCESS("deviceAccess", Combination.OR),
  /** Width of the device's addresses. */
  ADDRESS_BITS("addressBits", Combination.SMALLEST),
  /** Ranges of addresses, one of which has to hold all of the memory. */
  ADDRESS_RANGES("addressRanges", Combination.INTERSECTION),
  /** Alignment of the first byte, a power of two. */
  ALIGNMENT("alignmentBytes", Combination.COMMON_MULTIPLE),
  /** The smallest buffer. */
  MIN_SIZE("minSizeBytes", Combination.LARGEST),
  /** The largest buffer. */
  MAX_SIZE("maxSizeBytes", Combination.SMALLEST),
  /** The most pieces of contiguous memory, each device with its own segment size and boundary. */
  MAX_SEGMENTS("maxSegments", Combination.EACH),
  /** The largest piece that the device takes as one. */
  MAX_SEGMENT_SIZE("maxSegmentBytes", Combination.EACH),
  /** A multiple of this, a power of two, is crossed by no piece. */
  SEGMENT_BOUNDARY("segmentBoundaryBytes", Combination.EACH),
  /** The coherency domains that the device supports. */
  COHERENCY("coherency", Combination.INTERSECTION),
  /** Protected memory. */
  SECURE("secure", Combination.OR),
  /** Whether the device reaches memory that lies in another device; not, unless declared. */
  PEER_TO_PEER("peerToPeer", Combination.INTERSECTION),
  /** The only heaps that are reached, by name or alias. */
  PERMITTED_HEAPS("permittedHeaps", Combination.INTERSECTION),
  /** Heaps that are not reached, by name or alias. */
  FORBIDDEN_HEAPS("forbiddenHeaps", Combination.UNION),
  /** The only types of heaps that are reached. */
  PERMITTED_HEAP_TYPES("permittedHeapTypes", Combination.INTERSECTION),
  /** Types of heaps that are not reached. */
  FORBIDDEN_HEAP_TYPES("forbiddenHeapTypes", Combination.UNION),
  /** Whether the CPU caches it. */
  CACHING("caching", Combination.INTERSECTION),
  /** The NUMA node that it lies at. */
  NUMA_NODE("numaNode", Combination.INTERSECTION),
  /** How fast it is at least. */
  SPEED("speed", Combination.LARGEST),

  /** The pixel formats that the device takes. */
  FORMATS("formats", Combination.INTERSECTION),
  /** The DRM format modifiers that the device takes; linear alone, unless declared. */
  MODIFIERS("modifiers", Combination.INTERSECTION),
  /** The colour spaces that the device takes. */
  COLOR_SPACES("colorSpaces", Combination.INTERSECTION),
  /** Sizes of pictures that the buffer has to be able to hold, each of them. */
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
  /** What the coded width is a multiple of, in pixels. */
  WIDTH_ALIGNMENT("widthAlignment", Combination.COMMON_MULTIPLE, 1),
  /** What the coded height is a multiple of, in pixels. */
  HEIGHT_ALIGNMENT("heightAlignment", Combination.COMMON_MULTIPLE, 1),
  /** What the width of the visible picture has to be a multiple of, in pixels. */
  DISPLAY_WIDTH_ALIGNMENT("displayWidthAlignment", Combination.COMMON_MULTIPLE, 1),
  /** What the height of the visible picture has to be a multiple of, in pixels. */
  DISPLAY_HEIGHT_ALIGNMENT("displayHeightAlignment", Combination.COMMON_MULTIPLE, 1),
  /** The smallest stride of the first plane. */
  MIN_STRIDE("minStrideBytes", Combination.LARGEST, 1),
  /** The largest stride of the first plane. */
  MAX_STRIDE("maxStrideBytes", Combination.SMALLEST, Long.MAX_VALUE),
  /** What every plane's stride is a multiple of. */
  STRIDE_ALIGNMENT("strideAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** What the first plane's offset is a multiple of. */
  START_OFFSET_ALIGNMENT("startOffsetAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** What every plane's offset is a multiple of. */
  PLANE_OFFSET_ALIGNMENT("planeOffsetAlignmentBytes", Combination.COMMON_MULTIPLE, 1),
  /** Width of the blocks, in pixels, that the device accesses as a whole. */
  BLOCK_WIDTH("blockWidth", Combination.COMMON_MULTIPLE, 1),
  /** Height of the blocks, in pixels, that the device accesses as a whole. */
  BLOCK_HEIGHT("blockHeight", Combination.COMMON_MULTIPLE, 1),
  /** Bytes past the picture's end that the device may read. */
  OVER_READ("overReadBytes", Combination.LARGEST, 0),
  /** Rows of pixels after each plane's last that the device may touch. */
  VERTICAL_PADDING("verticalPadding", Combination.LARGEST, 0),

  /** Buffers that the device may hold at once. */
  CAMPING("camping", Combination.SUM),
  /** Buffers more that are for this device alone. */
  DEDICATED_SLACK("dedicatedSlack", Combination.SUM),
  /** Buffers more that are for all. */
  SHARED_SLACK("sharedSlack", Combination.LARGEST),
  /** The fewest buffers. */
  MIN_COUNT("minCount", Combination.LARGEST),
  /** The most buffers. */
  MAX_COUNT("maxCount", Combination.SMALLEST);

  /** How the values of several devices combine. */
  public enum Combination {
    /** Asked for if one asks. */
    OR,
    /** The largest. */
    LARGEST,
    /** The smallest. */
    SMALLEST,
    /** The least common multiple, in checked arithmetic. */
    COMMON_MULTIPLE,
    /** What all have in common; nothing in common is a conflict. */
    INTERSECTION,
    /** All that any has. */
    UNION,
    /** The sum. */
    SUM,
    /** Nothing is combined: each device's is met by itself. */
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

  /** The field as it is written in texts, such as {@code addressBits}. */
  public String label() {
    return label;
  }

  /** How the values of several devices combine. */
  public Combination combination() {
    return combination;
  }

  /** Whether it is a property of pictures, and belongs into {@link ImageConstraints}. */
  public boolean isImage() {
    return compareTo(FORMATS) >= 0 && compareTo(VERTICAL_PADDING) <= 0;
  }

  /** Whether it counts buffers. */
  public boolean isCount() {
    return compareTo(CAMPING) >= 0;
  }

  /** Whether it is a number of pictures: one that is combined as such. */
  boolean isImageNumber() {
    return isImage() && compareTo(REQUIRED_SIZES) > 0;
  }

  /** The value of an image's number that asks for nothing. */
  long neutral() {
    return neutral;
  }

  @Override
  public String toString() {
    return label;
  }
}
