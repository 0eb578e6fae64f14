package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import org.jspecify.annotations.Nullable;

/** One field that a device prefers, worked out against a broker's heaps. */
final class Wish {
  private final Constraints constraints;
  private final DeviceDemand demand;
  private final boolean shapes;
  private final boolean enlarges;

  Wish(HeapTable table, Constraints constraints) {
    this.constraints = constraints;
    this.demand = new DeviceDemand(table, "", constraints);
    this.shapes = constraints.fields().stream().anyMatch(Wish::shapes);
    this.enlarges = constraints.fields().stream().anyMatch(Wish::enlarges);
  }

  private static boolean enlarges(ConstraintField field) {
    return switch (field) {
      case MIN_SIZE,
          REQUIRED_SIZES,
          MIN_WIDTH,
          MIN_HEIGHT,
          WIDTH_ALIGNMENT,
          HEIGHT_ALIGNMENT,
          MIN_STRIDE,
          STRIDE_ALIGNMENT,
          PLANE_OFFSET_ALIGNMENT,
          BLOCK_WIDTH,
          BLOCK_HEIGHT,
          OVER_READ,
          VERTICAL_PADDING ->
          true;
      default -> false;
    };
  }

  private static boolean shapes(ConstraintField field) {
    return field.isImage() || field == ConstraintField.MIN_SIZE;
  }

  /** Whether how the buffer is laid out has to do with it, and not just the heap. */
  boolean shapes() {
    return shapes;
  }

  /** Whether a larger layout may meet it where the tightest does not. */
  boolean enlarges() {
    return enlarges;
  }

  DeviceDemand demand() {
    return demand;
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
