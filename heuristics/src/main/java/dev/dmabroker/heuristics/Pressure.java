package dev.dmabroker.heuristics;

import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leaves room in small heaps, and makes room when there is none. It serves machines where a heap of
 * set capacity, for example a CMA region, is the only place for some buffers and a good place for
 * many. Heaps that an allocation would fill above their watermark are tried after all others. If a
 * buffer that has no other place is refused nevertheless, the buffers that have not been mapped for
 * the longest time are moved out. Free space always comes first: ranking evicts nothing.
 *
 * <p>What other programs take of a heap counts too, if the broker watches memory: so the heap is
 * left to those that need it before it refuses. Whether room can be made is judged by the broker's
 * buffers alone, as the kernel may call memory taken that it would move away.
 *
 * <p>A heap of unknown capacity has no watermark. The dearest heap below its watermark sets an
 * amount that is added to the cost of each heap above its watermark, so that costs still rise from
 * place to place; within both groups the inner order is kept. This heuristic is best the outermost
 * except for {@link PeerToPeer}, because a heuristic around it may rank heaps above their watermark
 * higher again. Thread-safe if the inner heuristic is.
 */
public final class Pressure implements PlacementHeuristic {
  private static final Comparator<Resident> LEAST_RECENTLY_USED =
      Comparator.comparing(Resident::idle).reversed().thenComparingLong(Resident::id);

  private final PlacementHeuristic inner;
  private final double highWatermark;
  private final Map<String, Double> watermarks;
  private final double movesPerSecond;

  /**
   * Wraps a heuristic, with one watermark for every heap.
   *
   * @param inner ranks the heaps; its costs must not be negative
   * @param highWatermark the part of a heap's capacity, 0 to 1, up to which it is filled readily
   * @param movesPerSecond the most buffers to move out in a second, over the broker's life
   * @throws IllegalArgumentException unless the watermark is 0 to 1, and the rate positive and
   *     finite
   */
  public Pressure(PlacementHeuristic inner, double highWatermark, double movesPerSecond) {
    this(inner, highWatermark, Map.of(), movesPerSecond);
  }

  /**
   * Wraps a heuristic, with watermarks for the named heaps; the watermark of other heaps is 1.
   *
   * @param inner ranks the heaps; its costs must not be negative
   * @param watermarks the parts of capacities, 0 to 1, by name or alias of the heap
   * @param movesPerSecond the most buffers to move out in a second, over the broker's life
   * @throws IllegalArgumentException unless each watermark is 0 to 1, and the rate positive and
   *     finite
   */
  public Pressure(PlacementHeuristic inner, Map<String, Double> watermarks, double movesPerSecond) {
    this(inner, 1, watermarks, movesPerSecond);
  }

  private Pressure(
      PlacementHeuristic inner,
      double highWatermark,
      Map<String, Double> watermarks,
      double movesPerSecond) {
    this.inner = Objects.requireNonNull(inner, "inner");
    this.highWatermark = checked("the high watermark", highWatermark);
    this.watermarks = Map.copyOf(watermarks);
    this.watermarks.forEach((heap, mark) -> checked("the watermark of " + heap, mark));
    if (!(movesPerSecond > 0 && Double.isFinite(movesPerSecond))) {
      throw new IllegalArgumentException(
          "moves per second must be positive and finite, are " + movesPerSecond);
    }
    this.movesPerSecond = movesPerSecond;
  }

  private static double checked(String what, double watermark) {
    if (!(watermark >= 0 && watermark <= 1)) {
      throw new IllegalArgumentException(what + " must be 0 to 1, is " + watermark);
    }
    return watermark;
  }

  @Override
  public String name() {
    return "pressure(" + inner.name() + ")";
  }

  @Override
  public List<Ranked> rank(Request request) {
    List<Ranked> ranked = inner.rank(request);
    Map<String, Fill> above = new HashMap<>();
    for (HeapLoad heap : request.heaps()) {
      Fill fill = fill(heap);
      if (fill != null && fill.part > fill.watermark) {
        above.put(heap.name(), fill);
      }
    }
    if (above.isEmpty()) {
      return ranked;
    }
    List<Ranked> answer = new ArrayList<>(ranked.size());
    double dearest = 0;
    for (Ranked each : ranked) {
      if (!above.containsKey(each.heap())) {
        answer.add(each);
        dearest = Math.max(dearest, each.cost());
      }
    }
    for (Ranked each : ranked) {
      Fill fill = above.get(each.heap());
      if (fill != null) {
        Supplier<String> why = () -> each.reason() + "; " + fill;
        answer.add(new Ranked(each.heap(), each.cost() + dearest, why));
      }
    }
    return answer;
  }

  private @Nullable Fill fill(HeapLoad heap) {
    Long capacity = heap.traits().capacityBytes().value();
    if (capacity == null) {
      return null;
    }
    Double watermark = watermarks.get(heap.name());
    for (String alias : heap.heap().aliases()) {
      watermark = watermark != null ? watermark : watermarks.get(alias);
    }
    double after = heap.takenBytes() + (double) heap.sizeBytes();
    return new Fill(after / Math.max(1, capacity), watermark != null ? watermark : highWatermark);
  }

  /**
   * Chooses every resident buffer, the one that has not been mapped for the longest time first, so
   * that as few move as that order permits: the broker stops when there is room. Chooses none if
   * there would not be room even with all of them gone, because then every move would be a stall
   * for nothing.
   */
  @Override
  public Eviction evict(Crowded crowded) {
    Long capacity = crowded.heap().traits().capacityBytes().value();
    if (capacity != null) {
      double room = capacity - (double) crowded.heap().usedBytes();
      for (Resident resident : crowded.residents()) {
        room += resident.sizeBytes();
      }
      if (room < crowded.sizeBytes()) {
        return Eviction.NONE;
      }
    }
    return new Eviction(
        crowded.residents().stream().sorted(LEAST_RECENTLY_USED).map(Resident::id).toList(),
        movesPerSecond);
  }

  private record Fill(double part, double watermark) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "would be %.0f %% full, above the watermark of %.0f %%",
          100 * part,
          100 * watermark);
    }
  }
}
