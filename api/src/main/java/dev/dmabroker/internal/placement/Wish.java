package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import org.jspecify.annotations.Nullable;

/** Holds one field that a device prefers, worked out against a broker's heaps. */
final class Wish {
  private final Constraints constraints;
  private final KnownDemand demand;
  private final boolean shapes;
  private final boolean enlarges;

  Wish(HeapTable table, Constraints constraints) {
    this.constraints = constraints;
    this.demand = new KnownDemand(table, "", constraints);
    this.shapes = constraints.fields().stream().anyMatch(Wish::shapes);
    this.enlarges = constraints.fields().stream().anyMatch(Wish::enlarges);
  }

  /** Tells whether a larger layout, or one of other colours, may help with the field. */
  private static boolean enlarges(ConstraintField field) {
    return switch (field) {
      case MIN_SIZE,
          COLOR_SPACES,
          REQUIRED_SIZES,
          MIN_WIDTH,
          MIN_HEIGHT,
          WIDTH_ALIGNMENT,
          HEIGHT_ALIGNMENT,
          MIN_STRIDE,
          STRIDE_ALIGNMENT,
          FIRST_STRIDE_ALIGNMENT,
          PLANE_OFFSET_ALIGNMENT,
          BLOCK_WIDTH,
          BLOCK_HEIGHT,
          OVER_READ,
          VERTICAL_PADDING ->
          true;
      default -> false;
    };
  }

  /** Tells whether what the buffer holds, or its layout, decides about the field. */
  private static boolean shapes(ConstraintField field) {
    return field.isImage()
        || field == ConstraintField.MIN_SIZE
        || field == ConstraintField.COMPRESSED_FORMATS;
  }

  /** Tells whether the wish depends on the contents and how they lie, and not just on the heap. */
  boolean shapes() {
    return shapes;
  }

  /** Tells whether another layout may meet the wish where the tightest does not. */
  boolean enlarges() {
    return enlarges;
  }

  DeviceDemand demand(HeapTable table) {
    return demand.of(table);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Wish other && constraints.equals(other.constraints);
  }

  @Override
  public int hashCode() {
    return constraints.hashCode();
  }
}
