package dev.dmabroker.spi;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Chooses idle buffers that leave scarce memory, though they suit where they lie. Without a policy
 * a buffer moves only when a device needs that, or when another buffer needs the room: a buffer
 * that moved for a display stays in the display's memory after the display has gone.
 *
 * <p>{@link PlacementHeuristic} says where a buffer lies best, and this policy when a buffer goes
 * there. A policy is a pure function: equal questions get equal answers, and it changes nothing.
 * The broker asks on a thread of its own, one question at a time, without a lock; a policy that
 * serves several brokers has to be thread-safe. A policy that throws is logged, and no buffer
 * moves.
 */
@FunctionalInterface
public interface RebalancePolicy {

  /**
   * Chooses the buffers that leave a heap. The broker asks for each heap whose {@linkplain
   * HeapTraits#capacityBytes() capacity} is known, a moment after a device left a buffer, a buffer
   * got memory or a heap joined, and when the time is over that the last answer named.
   *
   * @param occupied the heap, and the buffers that could leave it
   * @return the buffers to move, and when to ask again
   */
  Choice choose(Occupied occupied);

  /**
   * A heap, and the buffers that could leave it.
   *
   * @param heap the heap, with a size of 0, as it is asked for nothing
   * @param candidates the buffers in it that no device has mapped now and that would lie better
   *     elsewhere, in the order in which they were exported
   * @param isUnderWay whether the last answer about this heap named a time to ask again; so a
   *     policy can go on until the heap is well below the mark at which the policy began
   */
  record Occupied(HeapLoad heap, List<Candidate> candidates, boolean isUnderWay) {
    /**
     * Copies the list.
     *
     * @param heap the heap, with a size of 0, as it is asked for nothing
     * @param candidates the buffers in it that no device has mapped now and that would lie better
     *     elsewhere, in the order in which they were exported
     * @param isUnderWay whether the last answer about this heap named a time to ask again
     */
    public Occupied {
      Objects.requireNonNull(heap, "heap");
      candidates = ImmutableList.copyOf(candidates);
    }
  }

  /**
   * A buffer that would lie better elsewhere.
   *
   * @param resident the buffer
   * @param inPlace how long it has lain where it lies
   * @param target the heap that it would move to: the first of those that suit all its devices and
   *     that the heuristic ranks before the present one
   */
  record Candidate(Resident resident, Duration inPlace, HeapLoad target) {
    /**
     * Refuses null.
     *
     * @param resident the buffer
     * @param inPlace how long it has lain where it lies
     * @param target the heap that it would move to
     */
    public Candidate {
      Objects.requireNonNull(resident, "resident");
      Objects.requireNonNull(inPlace, "inPlace");
      Objects.requireNonNull(target, "target");
    }
  }

  /**
   * The buffers that leave a heap.
   *
   * @param buffers their numbers, in the order in which to move them; the broker moves those that
   *     are still idle, one by one
   * @param movesPerSecond the most moves of this kind in a second, on average over the broker's
   *     life
   * @param bytesPerSecond the most bytes that such moves may take in a second, on average; a buffer
   *     that is larger moves when a second's worth is there, and those after it wait for longer
   * @param again when to ask again; empty if only a change is a reason to
   */
  record Choice(
      List<Long> buffers, double movesPerSecond, double bytesPerSecond, Optional<Duration> again) {
    /** No buffer leaves, until something changes. */
    public static final Choice NONE = new Choice(List.of(), 1, 1, Optional.empty());

    /**
     * Copies the list, and checks the rates.
     *
     * @param buffers their numbers, in the order in which to move them
     * @param movesPerSecond the most moves of this kind in a second
     * @param bytesPerSecond the most bytes that such moves may take in a second
     * @param again when to ask again, positive; empty if only a change is a reason to
     * @throws IllegalArgumentException unless rates and time are positive, and the rates finite
     */
    public Choice {
      buffers = ImmutableList.copyOf(buffers);
      check("movesPerSecond", movesPerSecond);
      check("bytesPerSecond", bytesPerSecond);
      if (again.isPresent() && (again.get().isNegative() || again.get().isZero())) {
        throw new IllegalArgumentException("again must be positive, is " + again.get());
      }
    }

    private static void check(String what, double rate) {
      if (!(rate > 0 && Double.isFinite(rate))) {
        throw new IllegalArgumentException(what + " must be positive and finite, is " + rate);
      }
    }
  }
}
