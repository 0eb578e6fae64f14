package dev.dmabroker.internal.placement;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import dev.dmabroker.Conflict.Clause;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
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
  private final ImmutableList<Asked> devices;
  private final ImmutableList<Unit> units;

  /** A device that takes any memory. */
  private final Participant anything;

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
    ImmutableList.Builder<Asked> asked = ImmutableList.builder();
    ImmutableList.Builder<Unit> all = ImmutableList.builder();
    int from = 0;
    for (Participant participant : participants) {
      if (!participant.isDispensable()) {
        List<Unit> its = units(participant);
        asked.add(new Asked(whole(participant), from, from + its.size()));
        all.addAll(its);
        from += its.size();
      }
    }
    devices = asked.build();
    units = all.build();
  }

  /**
   * Represents something that can be asked or not.
   *
   * @param clause what is asked, for a person to read
   * @param field the field; null if the unit is all of a device's alternatives
   * @param part gives a device that asks this alone, which is made when it is first needed
   */
  record Unit(Clause clause, @Nullable ConstraintField field, Supplier<Participant> part) {}

  /**
   * Represents a device with the numbers of its units. What the device asks as a whole has been
   * worked out before, so it is cheaper to ask than all of its units one by one.
   */
  private record Asked(Participant whole, int from, int to) {
    boolean isWithin(BitSet set) {
      return set.nextClearBit(from) >= to;
    }

    boolean meets(BitSet set) {
      int first = set.nextSetBit(from);
      return first >= 0 && first < to;
    }
  }

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

  /** Returns the device without what it only prefers. */
  private static Participant whole(Participant device) {
    return new Part(
        device.user(), device.alternatives().stream().map(Alternative::withoutWishes).toList());
  }

  /** Returns the units of one device. */
  private List<Unit> units(Participant participant) {
    String name = participant.name();
    List<Alternative> its = participant.alternatives();
    if (its.size() > 1) {
      String value =
          its.stream()
              .map(alternative -> "(" + alternative.constraints() + ")")
              .collect(Collectors.joining(" or "));
      Clause clause = new FoundConflict.Clause(name, "alternatives", value);
      return List.of(new Unit(clause, null, () -> whole(participant)));
    }
    Constraints constraints = its.get(0).constraints();
    return constraints.fields().stream()
        .filter(field -> !isOfSegments(field))
        .map(field -> unit(participant, constraints, field))
        .toList();
  }

  /** Tells whether the field means nothing without the number of segments. */
  private static boolean isOfSegments(ConstraintField field) {
    return field == ConstraintField.MAX_SEGMENT_SIZE || field == ConstraintField.SEGMENT_BOUNDARY;
  }

  private Unit unit(Participant device, Constraints constraints, ConstraintField field) {
    Clause clause =
        new FoundConflict.Clause(
            device.name(), field.label(), ConstraintViews.get().text(constraints, field));
    return new Unit(
        clause,
        field,
        Suppliers.memoize(
            () ->
                new Part(
                    device.user(),
                    List.of(
                        alternatives.make(
                            device.name(), ConstraintViews.get().only(constraints, field))))));
  }

  Target target() {
    return target;
  }

  int size() {
    return units.size();
  }

  Unit get(int index) {
    return units.get(index);
  }

  /** Returns the units that are not in the set. */
  BitSet except(BitSet set) {
    BitSet rest = (BitSet) set.clone();
    rest.flip(0, units.size());
    return rest;
  }

  /** Returns all units of the devices that have a unit in the set. */
  BitSet ofTheDevices(BitSet set) {
    BitSet all = new BitSet();
    for (Asked device : devices) {
      if (device.meets(set)) {
        all.set(device.from(), device.to());
      }
    }
    return all;
  }

  /**
   * Tells whether all of a set can be had together; {@code otherwise} if there are too many
   * combinations to look at, or the budget is spent.
   */
  boolean isPossible(BitSet set, SearchBudget budget, boolean otherwise) {
    if (budget.isSpent()) {
      return otherwise;
    }
    try {
      return Solver.isPossible(table, target, asking(set), counting, budget);
    } catch (SearchLimitException e) {
      return otherwise;
    }
  }

  /**
   * Finds how each heap can serve all of a set.
   *
   * @param of the target, or a part of its formats
   * @throws SearchLimitException if there are too many combinations to look at
   */
  Solution solve(BitSet set, Target of) {
    return Solver.solve(table, of, asking(set), counting);
  }

  /** Returns devices that ask for all of a set, and for nothing else. */
  private List<Participant> asking(BitSet set) {
    List<Participant> asking = new ArrayList<>();
    for (Asked device : devices) {
      if (device.isWithin(set)) {
        asking.add(device.whole());
      } else {
        set.stream()
            .filter(unit -> unit >= device.from() && unit < device.to())
            .forEach(unit -> asking.add(units.get(unit).part().get()));
      }
    }
    if (asking.isEmpty()) {
      // Without any device the solver would take linear, coherent, ordinary memory only.
      asking.add(anything);
    }
    return asking;
  }
}
