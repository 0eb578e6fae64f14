package dev.dmabroker.internal.placement;

import dev.dmabroker.Conflict;
import dev.dmabroker.Conflict.Relaxation;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds what would help where devices ask for constraints that cannot be had together. */
final class Relaxations {
  private static final int MAX_RELAXATIONS = 5;

  private final HeapTable table;
  private final Target target;
  private final ConflictUnits units;
  private final SearchBudget budget;

  Relaxations(HeapTable table, Target target, ConflictUnits units, SearchBudget budget) {
    this.table = table;
    this.target = target;
    this.units = units;
    this.budget = budget;
  }

  /**
   * Returns the smallest changes that help, all of one size; an empty list if it takes too long to
   * find one. What helps changes some of each conflict, so sets that leave the known one alone are
   * not tried.
   */
  List<Relaxation> smallest(BitSet conflict) {
    return SmallestSets.of(
            units,
            units.size(),
            budget,
            set ->
                set.intersects(conflict)
                    && units.isPossible(units.except(set), budget, /* otherwise= */ false),
            MAX_RELAXATIONS)
        .stream()
        .flatMap(dropped -> relaxation(dropped).stream())
        .distinct()
        .toList();
  }

  /**
   * Returns the changes after which the first heap that can serve the rest can serve all; empty if
   * it takes too long to find the best way to use that heap.
   */
  private Optional<Relaxation> relaxation(BitSet dropped) {
    BitSet rest = units.except(dropped);
    try {
      Solution solution = units.solve(rest, target);
      for (int heap = 0; heap < table.size(); heap++) {
        Solution.Choice choice = solution.choice(heap);
        if (choice != null) {
          return Optional.of(
              relaxation(dropped, heap, asksSize(dropped) ? smallest(rest, heap, choice) : choice));
        }
      }
      return Optional.empty();
    } catch (SearchLimitException e) {
      return Optional.empty();
    }
  }

  private boolean asksSize(BitSet dropped) {
    return dropped.stream().anyMatch(each -> units.get(each).field() == ConstraintField.MAX_SIZE);
  }

  /** Returns the choice of the format that takes least in that heap: it changes a limit least. */
  private Solution.Choice smallest(BitSet rest, int heap, Solution.Choice known) {
    Solution.Choice smallest = known;
    for (PixelFormat format : target.formats()) {
      Solution.Choice other = units.solve(rest, target.in(format)).choice(heap);
      if (other != null && other.neededBytes() < smallest.neededBytes()) {
        smallest = other;
      }
    }
    return smallest;
  }

  private Relaxation relaxation(BitSet dropped, int heap, Solution.Choice choice) {
    HeapInfo info = table.info(heap);
    return new FoundConflict.Relaxation(
        dropped.stream()
            .mapToObj(units::get)
            .<Conflict.Change>map(
                unit -> new FoundConflict.Change(unit.clause(), instead(unit, info, choice)))
            .toList(),
        info.name(),
        target.formats().size() > 1
            ? choice.layout().image().map(Layout.Image::format).orElse(null)
            : null);
  }

  /** Returns what the device would have to ask, to be content with what there is. */
  private String instead(ConflictUnits.Unit unit, HeapInfo heap, Solution.Choice choice) {
    ConstraintField field = unit.field();
    if (field == null) {
      return "not asked";
    }
    HeapTraits traits = heap.traits();
    return switch (field) {
      case DEVICE_ACCESS -> traits.cpuReach().is(true) ? "waived by cpuOnly()" : "not asked";
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
      case COMPRESSED_FORMATS -> "to include " + units.target().compressed().orElseThrow();
      case FORMATS -> "to include " + coded(choice, Layout.Image::format);
      case COLOR_SPACES ->
          choice
              .layout()
              .image()
              .flatMap(Layout.Image::colorSpace)
              .map(space -> "to include " + space)
              .orElse("not asked");
      case MODIFIERS -> "to include " + coded(choice, Layout.Image::modifier);
      default -> "not asked";
    };
  }

  private static String coded(Solution.Choice choice, Function<Layout.Image, Object> what) {
    return choice.layout().image().map(what).map(String::valueOf).orElse("not asked");
  }
}
