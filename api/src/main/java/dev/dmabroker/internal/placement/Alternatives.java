package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.MapMaker;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Constraints.Preference;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.Layout;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Works out what devices ask against one broker's heaps. Equal wishes share one object. This class
 * is thread-safe.
 */
public final class Alternatives {
  /** The order in which layouts are looked at, whatever the order of devices. */
  private static final Comparator<Layout> SMALLEST_FIRST =
      Comparator.comparingLong(Layout::sizeBytes).thenComparing(Layout::toString);

  private final Supplier<HeapTable> heaps;

  /** Equal wishes share the first of them, as long as there is a device that has it. */
  private final Map<Wish, WeakReference<Wish>> wishes = new WeakHashMap<>();

  /**
   * What devices say of layouts, as long as there are the devices: their demands hold it. Null
   * until a device says something, as few do.
   */
  private volatile @Nullable Set<ImageConstraints> saying;

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
        say(image);
      }
    }
  }

  private synchronized void say(ImageConstraints image) {
    Set<ImageConstraints> all = saying;
    if (all == null) {
      all = Collections.newSetFromMap(new MapMaker().weakKeys().makeMap());
      saying = all;
    }
    all.add(image);
  }

  private synchronized Wish shared(Wish wish) {
    WeakReference<Wish> known = wishes.get(wish);
    Wish first = known == null ? null : known.get();
    if (first == null) {
      first = wish;
      wishes.put(wish, new WeakReference<>(wish));
    }
    return first;
  }

  /** Returns the layouts that devices say. */
  ImmutableSet<Layout> layouts() {
    Set<ImageConstraints> all = saying;
    return all == null || all.isEmpty()
        ? ImmutableSet.of()
        : all.stream()
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
        weighted(table, ConstraintViews.get().wishes(constraints)));
  }

  private ImmutableList<WeightedWish> weighted(HeapTable table, List<Preference> preferences) {
    ImmutableList.Builder<WeightedWish> weighted = ImmutableList.builder();
    for (Preference each : preferences) {
      weighted.add(new WeightedWish(shared(new Wish(table, each.wishes())), each.weight()));
    }
    return weighted.build();
  }
}
