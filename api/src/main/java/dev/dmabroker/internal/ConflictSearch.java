package dev.dmabroker.internal;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Conflict;
import dev.dmabroker.Conflict.Change;
import dev.dmabroker.Conflict.Clause;
import dev.dmabroker.Conflict.Relaxation;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what cannot be had together. What is asked falls into <em>units</em>: each field of a
 * device with one set of constraints, and all alternatives together of a device that has several.
 * The smallest sets of units that conflict, and that give way, are found by trying sets of one,
 * two, three units, and so on, as far as {@link #MAX_TRIALS} go; past it units are taken away one
 * by one, which gives a set of which each unit is needed, though a smaller one may exist.
 */
final class ConflictSearch {
  private static final int MAX_TRIALS = 30_000;
  private static final long MAX_WORK = 2_000_000;
  private static final int MAX_RELAXATIONS = 5;

  private final HeapTable table;
  private final Target target;
  private final boolean counting;
  private final List<? extends Participant> participants;
  private final Alternative.Maker maker;

  /** Whoever takes what there is. */
  private final Participant anything;

  private final List<Unit> units;
  private final List<Participant> parts;
  private int trials;

  ConflictSearch(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    this.table = table;
    this.target = target;
    this.participants = participants;
    this.counting = counting;
    this.maker = new Alternative.Maker(table);
    this.anything =
        new Part(
            new User("", Constraints.none(), Access.READ),
            List.of(maker.make("", Constraints.none().only(ConstraintField.CONTIGUOUS))));
    units = units();
    parts = parts(units);
  }

  private List<Unit> units() {
    ImmutableList.Builder<Unit> units = ImmutableList.builder();
    for (Participant participant : participants) {
      if (participant.isDispensable()) {
        continue;
      }
      List<Alternative> alternatives = participant.alternatives();
      if (alternatives.size() > 1) {
        String value =
            alternatives.stream()
                .map(alternative -> "(" + alternative.constraints() + ")")
                .collect(Collectors.joining(" or "));
        units.add(
            new Unit(new Clause(participant.name(), "alternatives", value), null, participant));
        continue;
      }
      Constraints constraints = alternatives.get(0).constraints();
      for (ConstraintField field : constraints.fields()) {
        // These only mean something with the number of segments.
        if (field != ConstraintField.MAX_SEGMENT_SIZE
            && field != ConstraintField.SEGMENT_BOUNDARY) {
          units.add(
              new Unit(
                  new Clause(participant.name(), field.label(), constraints.text(field)),
                  field,
                  participant));
        }
      }
    }
    return units.build();
  }

  private List<Participant> parts(List<Unit> units) {
    ImmutableList.Builder<Participant> parts = ImmutableList.builder();
    for (Unit unit : units) {
      parts.add(
          unit.field() == null
              ? new Part(unit.participant().user(), unit.participant().alternatives())
              : new Part(
                  unit.participant().user(),
                  List.of(maker.make(unit.participant().name(), asked(unit, unit.field())))));
    }
    return parts.build();
  }

  private static Constraints asked(Unit unit, ConstraintField field) {
    return unit.participant().alternatives().get(0).constraints().only(field);
  }

  /** Whether it could be had; what was not looked at is neither claimed nor denied. */
  private boolean isPossible(List<Participant> wanted, boolean otherwise) {
    trials++;
    try {
      // Nobody at all would take linear, coherent, ordinary memory only.
      return Solver.solve(table, target, wanted.isEmpty() ? List.of(anything) : wanted, counting)
          .isPossible();
    } catch (SearchLimitException e) {
      return otherwise;
    }
  }

  private boolean conflicts(List<Participant> wanted) {
    return !isPossible(wanted, /* otherwise= */ true);
  }

  private List<Participant> select(BitSet chosen) {
    return chosen.stream().mapToObj(parts::get).toList();
  }

  private List<Participant> except(BitSet chosen) {
    List<Participant> rest = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (!chosen.get(i)) {
        rest.add(parts.get(i));
      }
    }
    return rest;
  }

  Conflict conflict() {
    BitSet nothing = new BitSet();
    if (parts.isEmpty() || conflicts(select(nothing))) {
      return new Conflict(List.of(), /* smallest= */ true, List.of());
    }
    BitSet smallest = smallest(chosen -> conflicts(select(chosen)));
    BitSet conflict = smallest != null ? smallest : irreducible();
    return new Conflict(
        conflict.stream().mapToObj(i -> units.get(i).clause()).toList(),
        smallest != null,
        relaxations());
  }

  /** The first of the smallest sets that meet the condition; null if that takes too long. */
  private @Nullable BitSet smallest(Predicate<BitSet> condition) {
    int before = trials;
    for (int size = 1; size <= parts.size(); size++) {
      List<BitSet> found = new ArrayList<>();
      if (!sets(size, 0, new BitSet(), condition, found, 1, before)) {
        return null;
      }
      if (!found.isEmpty()) {
        return found.get(0);
      }
    }
    return null;
  }

  /** False if it took too long. */
  private boolean sets(
      int size,
      int from,
      BitSet chosen,
      Predicate<BitSet> condition,
      List<BitSet> found,
      int most,
      int before) {
    if (found.size() >= most) {
      return true;
    }
    if (trials - before > MAX_TRIALS || (long) (trials - before) * parts.size() > MAX_WORK) {
      return false;
    }
    if (size == 0) {
      if (condition.test(chosen)) {
        found.add((BitSet) chosen.clone());
      }
      return true;
    }
    for (int i = from; i <= parts.size() - size; i++) {
      chosen.set(i);
      boolean going = sets(size - 1, i + 1, chosen, condition, found, most, before);
      chosen.clear(i);
      if (!going) {
        return false;
      }
    }
    return true;
  }

  /** Takes units away as long as the rest conflicts. */
  private BitSet irreducible() {
    BitSet kept = new BitSet();
    kept.set(0, parts.size());
    for (int i = 0; i < parts.size(); i++) {
      kept.clear(i);
      if (!conflicts(select(kept))) {
        kept.set(i);
      }
    }
    return kept;
  }

  private List<Relaxation> relaxations() {
    int before = trials;
    for (int size = 1; size <= parts.size(); size++) {
      List<BitSet> found = new ArrayList<>();
      boolean all =
          sets(
              size,
              0,
              new BitSet(),
              chosen -> isPossible(except(chosen), /* otherwise= */ false),
              found,
              MAX_RELAXATIONS,
              before);
      if (!found.isEmpty()) {
        Set<Relaxation> relaxations = new LinkedHashSet<>();
        found.forEach(chosen -> relaxations.add(relaxation(chosen)));
        return List.copyOf(relaxations);
      }
      if (!all) {
        return List.of();
      }
    }
    return List.of();
  }

  private Relaxation relaxation(BitSet dropped) {
    List<Participant> rest = except(dropped);
    Solution solution =
        Solver.solve(table, target, rest.isEmpty() ? List.of(anything) : rest, counting);
    for (int heap = 0; ; heap++) {
      Solution.Choice choice = solution.choice(heap);
      if (choice != null) {
        HeapInfo info = table.info(heap);
        return new Relaxation(
            dropped.stream()
                .mapToObj(
                    i -> new Change(units.get(i).clause(), instead(units.get(i), info, choice)))
                .toList(),
            info.name());
      }
    }
  }

  /** What the device would have to ask, to be content with what there is. */
  private static String instead(Unit unit, HeapInfo heap, Solution.Choice choice) {
    ConstraintField field = unit.field();
    if (field == null) {
      return "not asked";
    }
    HeapTraits traits = heap.traits();
    return switch (field) {
      case ADDRESS_BITS -> String.valueOf(traits.addressBits().or(64));
      case ALIGNMENT -> String.valueOf(traits.alignmentBytes().or(1L));
      case MAX_SIZE -> String.valueOf(choice.neededBytes());
      case PERMITTED_HEAPS -> "to permit " + heap.name() + " too";
      case FORBIDDEN_HEAPS -> "not to forbid " + heap.name();
      case PERMITTED_HEAP_TYPES -> "to permit " + heap.type() + " too";
      case FORBIDDEN_HEAP_TYPES -> "not to forbid " + heap.type();
      case COHERENCY -> "to include " + choice.coherency();
      case PEER_TO_PEER -> "declared";
      case SPEED -> String.valueOf(traits.speed().or(MemorySpeed.SLOW));
      case MAX_STRIDE -> String.valueOf(choice.layout().planes().get(0).strideBytes());
      case MAX_COUNT -> String.valueOf(choice.count());
      case MAX_WIDTH -> coded(choice, Layout.Image::codedWidth);
      case MAX_HEIGHT -> coded(choice, Layout.Image::codedHeight);
      case MAX_PIXELS -> coded(choice, image -> (long) image.codedWidth() * image.codedHeight());
      case FORMATS -> "to include " + coded(choice, Layout.Image::format);
      case MODIFIERS -> "to include " + coded(choice, Layout.Image::modifier);
      default -> "not asked";
    };
  }

  private static String coded(Solution.Choice choice, Function<Layout.Image, Object> what) {
    return choice.layout().image().map(what).map(String::valueOf).orElse("not asked");
  }

  /** Something that may be asked or not. */
  private record Unit(Clause clause, @Nullable ConstraintField field, Participant participant) {}

  /** A device that asks for some of its fields only. */
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
}
