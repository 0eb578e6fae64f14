package dev.dmabroker.heuristics;

import dev.dmabroker.Access;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.Speed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Tries the cheapest heap first: the default. The cost of a heap, in accesses to ordinary memory by
 * one device, is the sum of
 *
 * <ul>
 *   <li>what the devices pay to use it: 1 an access in ordinary memory, 2 in slow, 1/2 in fast, and
 *       1 for each device even where none is known;
 *   <li>its scarcity: what few heaps offer is kept for those who need it, so memory that is
 *       contiguous, that lies lower than another heap that would do, or that is out of a set
 *       capacity costs extra if no device asked for it, and more as it fills up;
 *   <li>the copy, when the buffer lies elsewhere now.
 * </ul>
 *
 * Heaps of equal cost keep the broker's order.
 */
public final class LeastCost implements PlacementHeuristic {
  private static final double UNNEEDED_CONTIGUITY = 4;
  private static final double UNNEEDED_LOW_ADDRESSES = 1;
  private static final double FULLNESS = 2;
  private static final double COPY = 2;

  /** For {@link java.util.ServiceLoader} and for the builder. */
  public LeastCost() {}

  @Override
  public String name() {
    return "least-cost";
  }

  @Override
  public List<Ranked> rank(Request request) {
    List<Ranked> ranked = new ArrayList<>();
    for (HeapLoad heap : request.heaps()) {
      double access = access(request, heap.traits());
      double scarcity = scarcity(request, heap);
      boolean elsewhere =
          request.currentHeap().map(current -> !current.equals(heap.name())).orElse(false);
      double copy = elsewhere ? COPY : 0;
      ranked.add(
          new Ranked(
              heap.name(),
              access + scarcity + copy,
              String.format(
                  Locale.ROOT, "access %.2f, scarcity %.2f, copy %.2f", access, scarcity, copy)));
    }
    ranked.sort(Comparator.comparingDouble(Ranked::cost));
    return ranked;
  }

  private static double access(Request request, HeapTraits traits) {
    double perAccess = perAccess(traits.speed().or(Speed.NORMAL));
    int accesses = 0;
    for (User user : request.users()) {
      accesses += user.access() == Access.READ_WRITE ? 2 : 1;
    }
    return perAccess * Math.max(1, accesses);
  }

  private static double perAccess(Speed speed) {
    return switch (speed) {
      case SLOW -> 2;
      case NORMAL -> 1;
      case FAST -> 0.5;
    };
  }

  private static double scarcity(Request request, HeapLoad heap) {
    HeapTraits traits = heap.traits();
    double scarcity = 0;
    if (traits.contiguous().is(true)
        && request.users().stream().noneMatch(user -> user.constraints().contiguous())) {
      scarcity += UNNEEDED_CONTIGUITY;
    }
    if (isLowest(request, traits)
        && request.users().stream().noneMatch(user -> user.constraints().addressBits() < 64)) {
      scarcity += UNNEEDED_LOW_ADDRESSES;
    }
    if (traits.capacityBytes().known().isPresent()) {
      double capacity = Math.max(1, traits.capacityBytes().known().get());
      scarcity +=
          FULLNESS * Math.min(1, (heap.usedBytes() + (double) request.sizeBytes()) / capacity);
    }
    return scarcity;
  }

  /** Whether this heap reaches lower than another that would do. */
  private static boolean isLowest(Request request, HeapTraits traits) {
    int bits = traits.addressBits().or(64);
    return request.heaps().stream().anyMatch(other -> other.traits().addressBits().or(64) > bits);
  }
}
