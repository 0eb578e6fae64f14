package dev.dmabroker.spec;

import java.util.Map;

/**
 * The part of {@link ConstraintsBuilder} that keeps the values of fields, and sets those that are
 * numbers.
 */
abstract sealed class NumberFields permits ConstraintsBuilder {
  private final FieldValues values;

  NumberFields(Map<ConstraintField, Object> template) {
    values = new FieldValues(template);
  }

  /** The builder that this is a part of. */
  abstract ConstraintsBuilder self();

  /**
   * Asks for addresses below 2^{@code bits}.
   *
   * @param bits the width of an address
   * @return this builder
   * @throws InvalidConstraintException unless 1 &lt;= bits &lt;= 64
   */
  public ConstraintsBuilder addressBits(int bits) {
    if (bits < 1 || bits > 64) {
      throw FieldChecks.invalid(ConstraintField.ADDRESS_BITS, "must be 1 to 64, is " + bits);
    }
    return set(ConstraintField.ADDRESS_BITS, bits, 64);
  }

  /**
   * Asks for memory with its first byte at a multiple of {@code bytes}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is no power of two
   */
  public ConstraintsBuilder alignment(long bytes) {
    return set(
        ConstraintField.ALIGNMENT, FieldChecks.powerOfTwo(ConstraintField.ALIGNMENT, bytes), 1L);
  }

  /**
   * Asks for a buffer of at least {@code bytes}, even if the contents are smaller.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder minSize(long bytes) {
    return set(ConstraintField.MIN_SIZE, FieldChecks.positive(ConstraintField.MIN_SIZE, bytes), 1L);
  }

  /**
   * Asks for a buffer of at most {@code bytes}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder maxSize(long bytes) {
    return set(
        ConstraintField.MAX_SIZE,
        FieldChecks.positive(ConstraintField.MAX_SIZE, bytes),
        Long.MAX_VALUE);
  }

  /**
   * Asks for memory in at most {@code segments} contiguous pieces.
   *
   * @param segments the number of pieces
   * @return this builder
   * @throws InvalidConstraintException if {@code segments} is less than 1
   */
  public ConstraintsBuilder maxSegments(int segments) {
    FieldChecks.positive(ConstraintField.MAX_SEGMENTS, segments);
    return set(ConstraintField.MAX_SEGMENTS, segments, Integer.MAX_VALUE);
  }

  /**
   * Sets the size in bytes of the longest piece; a longer piece counts as several.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder maxSegmentSize(long bytes) {
    return set(
        ConstraintField.MAX_SEGMENT_SIZE,
        FieldChecks.positive(ConstraintField.MAX_SEGMENT_SIZE, bytes),
        Long.MAX_VALUE);
  }

  /**
   * Sets a boundary: a piece that crosses a multiple of {@code bytes} counts as several.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is no power of two
   */
  public ConstraintsBuilder segmentBoundary(long bytes) {
    return set(
        ConstraintField.SEGMENT_BOUNDARY,
        FieldChecks.powerOfTwo(ConstraintField.SEGMENT_BOUNDARY, bytes),
        Long.MAX_VALUE);
  }

  /**
   * Asks for memory at a NUMA node.
   *
   * @param node the number of the node
   * @return this builder
   * @throws InvalidConstraintException if the node is negative
   */
  public ConstraintsBuilder numaNode(int node) {
    if (node < 0) {
      throw FieldChecks.invalid(ConstraintField.NUMA_NODE, "must be at least 0, is " + node);
    }
    return set(ConstraintField.NUMA_NODE, node);
  }

  /**
   * Asks for strides that are multiples of {@code bytes}, in every plane of pictures of any format.
   * What binds the first plane alone is {@link ImageConstraintsBuilder#firstStrideAlignment}.
   *
   * @param bytes the number of bytes
   * @return this builder
   * @throws InvalidConstraintException if {@code bytes} is less than 1
   */
  public ConstraintsBuilder strideAlignment(long bytes) {
    return set(
        ConstraintField.STRIDE_ALIGNMENT,
        FieldChecks.positive(ConstraintField.STRIDE_ALIGNMENT, bytes),
        1L);
  }

  /**
   * Sets the number of buffers that the device may hold at once.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 0 to 2^20
   */
  public ConstraintsBuilder camping(int buffers) {
    return count(ConstraintField.CAMPING, buffers, 0);
  }

  /**
   * Sets the number of further buffers that are for this device alone.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 0 to 2^20
   */
  public ConstraintsBuilder dedicatedSlack(int buffers) {
    return count(ConstraintField.DEDICATED_SLACK, buffers, 0);
  }

  /**
   * Sets the number of further buffers that all devices share.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 0 to 2^20
   */
  public ConstraintsBuilder sharedSlack(int buffers) {
    return count(ConstraintField.SHARED_SLACK, buffers, 0);
  }

  /**
   * Sets the fewest buffers that the device works with.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 1 to 2^20
   */
  public ConstraintsBuilder minCount(int buffers) {
    return count(ConstraintField.MIN_COUNT, buffers, 1);
  }

  /**
   * Sets the most buffers that the device works with.
   *
   * @param buffers the number of buffers
   * @return this builder
   * @throws InvalidConstraintException unless the number is 1 to 2^20
   */
  public ConstraintsBuilder maxCount(int buffers) {
    return count(ConstraintField.MAX_COUNT, buffers, 1);
  }

  private ConstraintsBuilder count(ConstraintField field, int buffers, int least) {
    return set(field, FieldChecks.count(field, buffers, least));
  }

  final <T> ConstraintsBuilder set(ConstraintField field, T value, T nothing) {
    values.set(field, value, nothing);
    return self();
  }

  final ConstraintsBuilder set(ConstraintField field, Object value) {
    values.set(field, value);
    return self();
  }

  /** The fields that ask for something, with their values. */
  final Map<ConstraintField, Object> asking() {
    return values.asking();
  }
}
