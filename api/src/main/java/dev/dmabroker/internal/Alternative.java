package dev.dmabroker.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import org.jspecify.annotations.Nullable;

/**
 * One of a device's alternatives, worked out against a broker's heaps.
 *
 * @param constraints what the device asks
 * @param memory what it requires
 * @param wishes what it prefers
 */
record Alternative(Constraints constraints, Demand.Memory memory, ImmutableList<Weighted> wishes) {

  /**
   * A wish and what it costs if it is not met.
   *
   * @param wish equal wishes of a broker are one object
   * @param weight at least 1
   */
  record Weighted(Wish wish, long weight) {}

  /** One preferred field. */
  static final class Wish {
    private final Constraints constraints;
    private final Demand.Memory memory;
    private final boolean shapes;
    private final boolean enlarges;

    Wish(HeapTable table, Constraints constraints) {
      this.constraints = constraints;
      this.memory = new Demand.Memory(table, "", constraints);
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

    Demand.Memory memory() {
      return memory;
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

  /** Makes options, sharing equal wishes. Thread-safe. */
  static final class Maker {
    private final HeapTable table;
    private final Interner<Wish> wishes = Interners.newWeakInterner();

    Maker(HeapTable table) {
      this.table = table;
    }

    Alternative make(String device, Constraints constraints) {
      return new Alternative(
          constraints,
          new Demand.Memory(table, device, constraints),
          constraints.wishes().stream()
              .map(
                  each ->
                      new Weighted(wishes.intern(new Wish(table, each.wishes())), each.weight()))
              .collect(ImmutableList.toImmutableList()));
    }
  }
}
