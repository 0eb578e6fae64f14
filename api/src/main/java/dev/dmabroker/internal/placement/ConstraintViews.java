package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Constraints.Preference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engine sees of constraints and users do not. The package of constraints implements it:
 * there alone can constraints be made that no builder makes, such as entries for pictures that
 * overlap, or a list of permitted heaps of which each is forbidden.
 */
public abstract class ConstraintViews {
  private static volatile @Nullable ConstraintViews views;

  /** For the package of constraints. */
  protected ConstraintViews() {}

  /** Called once, when constraints are initialized. */
  public static void install(ConstraintViews implementation) {
    views = implementation;
  }

  /** The one that is installed. */
  public static ConstraintViews get() {
    ConstraintViews known = views;
    if (known == null) {
      Constraints unused = Constraints.none(); // Initializes them.
      known = views;
    }
    if (known == null) {
      throw new IllegalStateException("constraints have installed no views of themselves");
    }
    return known;
  }

  /**
   * Every preferred field by itself, those of the usages included. An entry for pictures prefers
   * its fields for pictures of its formats; one that has formats alone prefers those.
   */
  public abstract List<Preference> wishes(Constraints of);

  /** The value of a required field, for a person to read; empty unless the field is required. */
  public abstract String text(Constraints of, ConstraintField field);

  /**
   * What is required by one of the {@linkplain Constraints#fields fields} alone: any memory meets
   * the rest. All fields one by one are together what is required. The number of segments brings
   * their size and boundary along, which mean nothing without it.
   */
  public abstract Constraints only(Constraints of, ConstraintField field);

  /**
   * These constraints, and these heaps forbidden besides. They may name all that were permitted:
   * then no heap is left, which a plan says.
   */
  public abstract Constraints forbidding(Constraints of, List<String> heaps);
}
