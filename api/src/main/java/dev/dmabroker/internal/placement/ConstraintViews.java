package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Constraints.Preference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows the engine those sides of constraints that users do not see. The package of constraints
 * implements it. Only that package can make constraints that no builder makes, for example entries
 * for pictures that overlap, or a list of permitted heaps of which each is forbidden.
 */
public abstract class ConstraintViews {
  private static volatile @Nullable ConstraintViews views;

  /** Lets the package of constraints make its implementation. */
  protected ConstraintViews() {}

  /** Takes the implementation over. Constraints call this once, when they are initialized. */
  public static void install(ConstraintViews implementation) {
    views = implementation;
  }

  /** Returns the implementation; initializes constraints if that has not happened yet. */
  public static ConstraintViews get() {
    ConstraintViews known = views;
    if (known == null) {
      Constraints unused = Constraints.none(); // This initializes them.
      known = views;
    }
    if (known == null) {
      throw new IllegalStateException("constraints have installed no views of themselves");
    }
    return known;
  }

  /**
   * Returns every preferred field by itself, those of the usages included. An entry for pictures
   * prefers its fields for pictures of its formats; an entry that has formats alone prefers those
   * formats.
   */
  public abstract List<Preference> wishes(Constraints of);

  /**
   * Returns the value of a required field, for a person to read; empty unless the field is
   * required.
   */
  public abstract String text(Constraints of, ConstraintField field);

  /**
   * Returns what one of the {@linkplain Constraints#fields fields} requires alone: any memory meets
   * the rest. All fields one by one are together what is required. The number of segments brings
   * along the size and the boundary of segments, which mean nothing without it.
   */
  public abstract Constraints only(Constraints of, ConstraintField field);

  /**
   * Returns these constraints with these heaps forbidden besides. The heaps may be all that were
   * permitted: then no heap is left, which a plan says.
   */
  public abstract Constraints forbidding(Constraints of, List<String> heaps);
}
