package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spi.HeapProvider.Closed;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds what one look for heaps has found, and how that differs from the look before. Immutable.
 *
 * @param origins the heaps in the broker's order, in groups by where they come from
 * @param closed the heaps that cannot be used
 * @param leaving the heaps that vanished, now or before, and of which memory was out
 * @param joined the heaps that the look before did not find
 * @param vanished the heaps that the look before found and this one did not
 * @param refused the closed heaps that were not closed, or for another reason, at the look before
 */
public record FoundHeaps(
    ImmutableList<Origin> origins,
    ClosedHeaps closed,
    ImmutableList<HeapAccount> leaving,
    ImmutableList<HeapAccount> joined,
    ImmutableList<Vanished> vanished,
    ImmutableList<Closed> refused) {

  /** Holds nothing, as before the first look. */
  public static final FoundHeaps NONE =
      new FoundHeaps(
          ImmutableList.of(),
          ClosedHeaps.NONE,
          ImmutableList.of(),
          ImmutableList.of(),
          ImmutableList.of(),
          ImmutableList.of());

  /**
   * Holds the open heaps that come from one provider, or those that the application gave.
   *
   * @param asked whether the provider was asked; a fallback may not have been needed so far
   */
  record Origin(ImmutableList<HeapAccount> heaps, boolean asked) {
    static final Origin UNASKED = new Origin(ImmutableList.of(), false);
  }

  /** Holds a heap that is there no more, and why. */
  public record Vanished(HeapAccount heap, Closed why) {}

  /** Returns the open heaps in the broker's order. */
  public ImmutableList<HeapAccount> open() {
    return open(origins);
  }

  static ImmutableList<HeapAccount> open(List<Origin> origins) {
    ImmutableList.Builder<HeapAccount> open = ImmutableList.builder();
    for (Origin origin : origins) {
      open.addAll(origin.heaps());
    }
    return open.build();
  }

  /** Returns the open heaps in the broker's order, and then those that are not gone yet. */
  public ImmutableList<HeapAccount> all() {
    return ImmutableList.copyOf(
        Stream.concat(open().stream(), leaving.stream().filter(HeapAccount::hasMemoryOut))
            .toList());
  }

  /** Tells whether this look found what the look before found. */
  public boolean isLike(FoundHeaps before) {
    return joined.isEmpty() && vanished.isEmpty() && closed.all().equals(before.closed.all());
  }

  /** Returns a line for each problem that keeps heaps closed and did not do so before. */
  public List<String> refusals() {
    return ClosedHeaps.lines(refused);
  }

  /** Returns what has changed, for applications. */
  public HeapsChanged change() {
    return new EventRecords.HeapsChanged(
        joined.stream().map(HeapAccount::name).toList(),
        vanished.stream().map(Vanished::why).toList(),
        refused);
  }
}
