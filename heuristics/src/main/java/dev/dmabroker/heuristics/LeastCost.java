package dev.dmabroker.heuristics;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tries the cheapest heap first. It is the default, and the heuristic that the others are best
 * wrapped around. The cost of a heap, in accesses to ordinary memory by one device, is the sum of
 *
 * <ul>
 *   <li>the devices' accesses: an access costs 1 in ordinary memory, 2 in slow, 1/2 in fast. Each
 *       device that reads or writes counts once, a device that does both counts twice, and one
 *       access counts if there is no device;
 *   <li>the heap's scarcity: memory that few heaps offer is kept for devices that need it.
 *       Contiguous memory costs 4 if no device requires it; memory that lies lower than another
 *       heap that would do costs 1 if every device reaches 64 bits; memory of a set capacity costs
 *       up to 2, in proportion to how full it would be;
 *   <li>the copy, when the buffer lies elsewhere now: 2, because it is read and written once;
 *   <li>a hundredth of the {@linkplain PlacementHeuristic.HeapLoad#penalty() penalty} for
 *       preferences that are not met. A preference is no need: it has to weigh more than 400 to be
 *       given contiguous memory that no device requires.
 * </ul>
 *
 * <p>Heaps of equal cost keep the {@linkplain PlacementHeuristic.Request#heaps() broker's order}.
 * Apart from the sort, the time is linear in devices and heaps. Thread-safe.
 */
public final class LeastCost implements PlacementHeuristic {
  static final double UNNEEDED_CONTIGUITY = 4;
  static final double COPY = 2;
  static final Comparator<Ranked> CHEAPEST_FIRST = Comparator.comparingDouble(Ranked::cost);

  private static final double UNNEEDED_LOW_ADDRESSES = 1;
  private static final double FULLNESS = 2;
  private static final double PENALTY_OF_ONE_ACCESS = 100;

  /** Makes the heuristic, for {@link java.util.ServiceLoader} and for the builder. */
  public LeastCost() {}

  @Override
  public String name() {
    return "least-cost";
  }

  @Override
  public List<Ranked> rank(Request request) {
    Need need = Need.of(request);
    List<HeapLoad> heaps = request.heaps();
    List<Ranked> ranked = new ArrayList<>(heaps.size());
    for (HeapLoad heap : heaps) {
      Cost cost =
          new Cost(
              need.accesses * perAccess(heap.traits().speed().or(MemorySpeed.NORMAL)),
              scarcity(need, heap),
              isElsewhere(request.currentHeap(), heap) ? COPY : 0,
              heap.penalty() / PENALTY_OF_ONE_ACCESS);
      ranked.add(new Ranked(heap.name(), cost.total(), cost));
    }
    ranked.sort(CHEAPEST_FIRST);
    return ranked;
  }

  private static double perAccess(MemorySpeed speed) {
    return switch (speed) {
      case SLOW -> 2;
      case NORMAL -> 1;
      case FAST -> 0.5;
    };
  }

  private static double scarcity(Need need, HeapLoad heap) {
    HeapTraits traits = heap.traits();
    double scarcity = 0;
    if (!need.contiguity && traits.contiguous().is(true)) {
      scarcity += UNNEEDED_CONTIGUITY;
    }
    if (bits(heap) < need.scarceBelowBits) {
      scarcity += UNNEEDED_LOW_ADDRESSES;
    }
    Long capacity = traits.capacityBytes().value();
    if (capacity != null) {
      double full = (heap.takenBytes() + (double) heap.sizeBytes()) / Math.max(1, capacity);
      scarcity += FULLNESS * Math.min(1, full);
    }
    return scarcity;
  }

  private static boolean isElsewhere(Optional<String> currentHeap, HeapLoad heap) {
    return currentHeap.isPresent() && !currentHeap.get().equals(heap.name());
  }

  private static int bits(HeapLoad heap) {
    return heap.traits().addressBits().or(64);
  }

  /**
   * The needs of the devices, which are equal for every heap.
   *
   * @param accesses how often the buffer is read or written
   * @param contiguity whether a device requires contiguous memory
   * @param scarceBelowBits heaps of fewer address bits are kept for others; 0 if a device needs
   *     them
   */
  private record Need(int accesses, boolean contiguity, int scarceBelowBits) {
    static Need of(Request request) {
      int accesses = 0;
      boolean contiguity = false;
      boolean lowAddresses = false;
      for (User user : request.users()) {
        accesses += user.access() == Access.READ_WRITE ? 2 : 1;
        contiguity |= user.constraints().contiguous();
        lowAddresses |= user.constraints().addressBits() < 64;
      }
      int highest = 0;
      if (!lowAddresses) {
        for (HeapLoad heap : request.heaps()) {
          highest = Math.max(highest, bits(heap));
        }
      }
      return new Need(Math.max(1, accesses), contiguity, highest);
    }
  }

  /** The parts of a heap's cost. They are put into words only when the reason is read. */
  private record Cost(double access, double scarcity, double copy, double penalty)
      implements Supplier<String> {
    double total() {
      return access + scarcity + copy + penalty;
    }

    @Override
    public String get() {
      return String.format(
          Locale.ROOT,
          "access %.2f, scarcity %.2f, copy %.2f, penalty %.2f",
          access,
          scarcity,
          copy,
          penalty);
    }
  }
}
