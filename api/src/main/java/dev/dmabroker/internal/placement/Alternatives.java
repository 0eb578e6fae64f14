package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import com.google.common.collect.MapMaker;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.Layout;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Works out what devices ask against one broker's heaps. Equal wishes share one object. This class
 * is thread-safe.
 */
public final class Alternatives {
  /** The order in which layouts are looked at, whatever the order of devices. */
  private static final Comparator<Layout> SMALLEST_FIRST =
      Comparator.comparingLong(Layout::sizeBytes).thenComparing(Layout::toString);

  private final Supplier<HeapTable> heaps;
  private final Interner<Wish> wishes = Interners.newWeakInterner();

  /** What devices say of layouts, as long as there are the devices: their demands hold it. */
  private final Set<ImageConstraints> saying =
      Collections.newSetFromMap(new MapMaker().weakKeys().makeMap());

  /** Works out against these heaps. */
  Alternatives(HeapTable table) {
    this(() -> table);
  }

  /** Works out against the heaps that there are at that moment. */
  Alternatives(Supplier<HeapTable> heaps) {
    this.heaps = heaps;
  }

  /** Notes what constraints say of layouts. */
  private void note(Constraints constraints) {
    for (ImageConstraints image : constraints.images()) {
      if (!image.layouts().isEmpty()) {
        saying.add(image);
      }
    }
  }

  /** Returns the layouts that devices say. */
  ImmutableSet<Layout> layouts() {
    return saying.isEmpty()
        ? ImmutableSet.of()
        : saying.stream()
            .flatMap(image -> image.layouts().stream())
            .sorted(SMALLEST_FIRST)
            .collect(ImmutableSet.toImmutableSet());
  }

  /** Returns a sentence for each name in the device's constraints that no heap has. */
  public List<String> unknownHeaps(Participant device) {
    return UnknownHeaps.of(heaps.get(), device);
  }

  /** Works out one alternative. This looks at every heap, so devices keep the result. */
  public Alternative make(String device, Constraints constraints) {
    HeapTable table = heaps.get();
    note(constraints);
    constraints.preferences().forEach(preference -> note(preference.wishes()));
    return new Alternative(
        constraints,
        new KnownDemand(table, device, constraints),
        ConstraintViews.get().wishes(constraints).stream()
            .map(
                each ->
                    new WeightedWish(wishes.intern(new Wish(table, each.wishes())), each.weight()))
            .collect(ImmutableList.toImmutableList()));
  }
}
