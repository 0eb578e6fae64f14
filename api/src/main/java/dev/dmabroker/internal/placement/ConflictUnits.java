package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Conflict.Clause;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes apart what devices ask into <em>units</em>, of which each can be asked or not: every field
 * of a device that has one set of constraints, and all alternatives together of a device that has
 * several. Devices that may be left out ask nothing. Sets of units are bits.
 */
final class ConflictUnits {
  private final HeapTable table;
  private final Target target;

  /** Whether the devices' counts of buffers have to agree, as for a pool. */
  private final boolean counting;

  private final Alternatives alternatives;
  private final ImmutableList<Unit> units;

  /** A device that takes any memory. */
  private final Participant anything;

  private int trials;

  ConflictUnits(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    this.table = table;
    this.target = target;
    this.counting = counting;
    this.alternatives = new Alternatives(table);
    Constraints none = Constraints.none();
    this.anything =
        new Part(
            new User("", none, Access.READ),
            List.of(
                alternatives.make(
                    "", ConstraintViews.get().only(none, ConstraintField.CONTIGUOUS))));
    ImmutableList.Builder<Unit> all = ImmutableList.builder();
    for (Participant participant : participants) {
      if (!participant.isDispensable()) {
        addUnits(participant, all);
      }
    }
    units = all.build();
  }

  /**
   * Represents something that can be asked or not.
   *
   * @param clause what is asked, for a person to read
   * @param field the field; null if the unit is all of a device's alternatives
   * @param part a device that asks this alone
   */
  record Unit(Clause clause, @Nullable ConstraintField field, Participant part) {}

  /** Represents a device that asks only for some of what the real device asks for. */
  private record Part(User user, List<Alternative> alternatives) implements Participant {
    @Override
    public String name() {
      return user.device();
    }

    @Override
    public boolean isDispensable() {
      return false;
    }
  }

  /** Adds the units of one device. */
  private void addUnits(Participant participant, ImmutableList.Builder<Unit> all) {
    String name = participant.name();
    List<Alternative> its = participant.alternatives();
    if (its.size() > 1) {
      String value =
          its.stream()
              .map(alternative -> "(" + alternative.constraints() + ")")
              .collect(Collectors.joining(" or "));
      Clause clause = new FoundConflict.Clause(name, "alternatives", value);
      all.add(new Unit(clause, null, new Part(participant.user(), its)));
      return;
    }
    Constraints constraints = its.get(0).constraints();
    for (ConstraintField field : constraints.fields()) {
      // These two fields mean nothing without the number of segments.
      if (field != ConstraintField.MAX_SEGMENT_SIZE && field != ConstraintField.SEGMENT_BOUNDARY) {
        Clause clause =
            new FoundConflict.Clause(
                name, field.label(), ConstraintViews.get().text(constraints, field));
        Alternative alone = alternatives.make(name, ConstraintViews.get().only(constraints, field));
        all.add(new Unit(clause, field, new Part(participant.user(), List.of(alone))));
      }
    }
  }

  int size() {
    return units.size();
  }

  Unit get(int index) {
    return units.get(index);
  }

  /** Returns how often it was tried whether a set can be had. */
  int trials() {
    return trials;
  }

  /** Returns the units that are not in the set. */
  BitSet except(BitSet set) {
    BitSet rest = (BitSet) set.clone();
    rest.flip(0, units.size());
    return rest;
  }

  /**
   * Tells whether all of a set can be had together; {@code otherwise} if there are too many
   * combinations to look at.
   */
  boolean isPossible(BitSet set, boolean otherwise) {
    trials++;
    try {
      return solve(set).isPossible();
    } catch (SearchLimitException e) {
      return otherwise;
    }
  }

  /**
   * Finds how each heap can serve all of a set.
   *
   * @throws SearchLimitException if there are too many combinations to look at
   */
  Solution solve(BitSet set) {
    List<Participant> asking =
        set.stream().mapToObj(i -> units.get(i).part()).collect(Collectors.toList());
    if (asking.isEmpty()) {
      // Without any device the solver would take linear, coherent, ordinary memory only.
      asking.add(anything);
    }
    return Solver.solve(table, target, asking, counting);
  }
}
