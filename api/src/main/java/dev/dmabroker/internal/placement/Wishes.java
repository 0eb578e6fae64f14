package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.Layout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Adds up what several devices prefer together: the weights of equal wishes add up. */
final class Wishes {
  /** The wishes of devices that prefer nothing. */
  static final Wishes NONE = new Wishes();

  private Wish[] kinds = {};
  private long[] weights = {};
  private int size;

  private Wishes() {}

  /**
   * Returns what these alternatives prefer. Devices that are left out have none. The result is
   * {@link #NONE} if they prefer nothing.
   */
  @SuppressWarnings("ReferenceEquality") // NONE is one object, and never added to.
  static Wishes of(@Nullable Alternative[] chosen) {
    Wishes wishes = NONE;
    for (Alternative alternative : chosen) {
      if (alternative != null && !alternative.wishes().isEmpty()) {
        wishes = wishes == NONE ? new Wishes() : wishes;
        for (WeightedWish each : alternative.wishes()) {
          wishes.add(each.wish(), each.weight());
        }
      }
    }
    return wishes;
  }

  /** Adds a wish, or its weight to an equal wish that is known. */
  @SuppressWarnings("ReferenceEquality") // Equal wishes of a broker are one object.
  private void add(Wish wish, long weight) {
    for (int i = 0; i < size; i++) {
      if (kinds[i] == wish) {
        weights[i] += weight;
        return;
      }
    }
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, Math.max(4, 2 * size));
      weights = Arrays.copyOf(weights, kinds.length);
    }
    kinds[size] = wish;
    weights[size++] = weight;
  }

  /** Returns how many different wishes there are. */
  int size() {
    return size;
  }

  Wish get(int index) {
    return kinds[index];
  }

  /** Returns the domain, of these, that costs least; the first of several. Each domain is a bit. */
  int cheapest(HeapTable table, int domains) {
    int cheapest = Integer.lowestOneBit(domains);
    for (int left = domains - cheapest; left != 0; left &= left - 1) {
      int domain = Integer.lowestOneBit(left);
      cheapest = against(table, domain) < against(table, cheapest) ? domain : cheapest;
    }
    return cheapest;
  }

  /** Returns the weights of the wishes for other domains. */
  private long against(HeapTable table, int domain) {
    long against = 0;
    for (int i = 0; i < size; i++) {
      against += (kinds[i].demand(table).coherency() & domain) == 0 ? weights[i] : 0;
    }
    return against;
  }

  /** Returns the weights of the wishes that are not met. */
  long unmet(HeapTable table, int heap, Target target, Layout layout, long sizeBytes, int domain) {
    long unmet = 0;
    for (int i = 0; i < size; i++) {
      DeviceDemand demand = kinds[i].demand(table);
      boolean met =
          kinds[i].shapes()
              ? demand.suits(heap, target, layout, sizeBytes)
              : demand.reaches(heap) && sizeBytes <= demand.limit(table.piecesOf(heap));
      unmet += met && (demand.coherency() & domain) != 0 ? 0 : weights[i];
    }
    return unmet;
  }
}
