package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import dev.dmabroker.spec.Constraints;
import java.util.List;

/**
 * Works out what devices ask against one broker's heaps. Equal wishes share one object. This class
 * is thread-safe.
 */
public final class Alternatives {
  private final HeapTable table;
  private final Interner<Wish> wishes = Interners.newWeakInterner();

  Alternatives(HeapTable table) {
    this.table = table;
  }

  /** Returns a sentence for each name in the device's constraints that no heap has. */
  public List<String> unknownHeaps(Participant device) {
    return UnknownHeaps.of(table, device);
  }

  /** Works out one alternative. This looks at every heap, so devices keep the result. */
  public Alternative make(String device, Constraints constraints) {
    return new Alternative(
        constraints,
        new DeviceDemand(table, device, constraints),
        ConstraintViews.get().wishes(constraints).stream()
            .map(
                each ->
                    new WeightedWish(wishes.intern(new Wish(table, each.wishes())), each.weight()))
            .collect(ImmutableList.toImmutableList()));
  }
}
