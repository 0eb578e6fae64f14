package dev.dmabroker.spi;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ranks the heaps that suit a buffer. A heuristic is a pure function: equal requests give equal
 * answers as long as it learns nothing in between, and it changes nothing else. The broker calls it
 * without a lock, from several threads.
 */
public interface PlacementHeuristic {

  /** {@return the name, unique among heuristics, for example {@code least-cost}} */
  String name();

  /**
   * {@return the heaps of the request in the order in which the broker tries them} The broker does
   * not try a heap that is missing from the answer.
   *
   * @param request what is asked for
   */
  List<Ranked> rank(Request request);

  /**
   * Chooses buffers to move elsewhere, so that there is room for a buffer that has no other place.
   * The broker asks when every heap that suits has refused. It moves the chosen buffers that are
   * still idle one by one, and tries the allocation again after each.
   *
   * @param crowded the heap that is full, and what lies in it
   * @return the buffers' numbers in the order in which to move them; none unless overridden
   */
  default Eviction evict(Crowded crowded) {
    return Eviction.NONE;
  }

  /**
   * A buffer that is to be placed.
   *
   * @param spec what it holds
   * @param users the devices that have to reach it, in the order in which they attached
   * @param heaps the heaps that meet every hard constraint, in the broker's order: those that the
   *     application gave the builder, then those of the providers that it gave, then those of the
   *     providers that were discovered, which are ordered by name
   * @param currentHeap the heap in which the buffer lies now; empty if it has no memory
   */
  record Request(
      BufferSpec spec, List<User> users, List<HeapLoad> heaps, Optional<String> currentHeap) {
    /**
     * Copies the lists.
     *
     * @param users the devices that have to reach it, in the order in which they attached
     * @param heaps the heaps that meet every hard constraint, in the broker's order: those that the
     *     application gave the builder, then those of the providers that it gave, then those of the
     *     providers that were discovered, which are ordered by name
     * @param spec what it holds
     * @param currentHeap the heap in which the buffer lies now; empty if it has no memory
     */
    public Request {
      users = ImmutableList.copyOf(users);
      heaps = ImmutableList.copyOf(heaps);
    }
  }

  /**
   * A device that will use the buffer.
   *
   * @param device its name
   * @param constraints what it asks of memory, in its preferred alternative
   * @param access what it does with the buffer
   */
  record User(String device, Constraints constraints, Access access) {}

  /**
   * A heap and how full it is.
   *
   * @param heap the heap
   * @param sizeBytes the bytes that it would be asked for
   * @param usedBytes the bytes that the broker's buffers take of it
   * @param othersBytes the bytes that others take of it, as far as the kernel tells; 0 unless the
   *     broker {@linkplain dev.dmabroker.BrokerBuilder#watchMemory watches memory}
   * @param penalty the weights of preferences that are not met there, and 100 for each step down a
   *     list of alternatives
   */
  record HeapLoad(HeapInfo heap, long sizeBytes, long usedBytes, long othersBytes, long penalty) {
    /**
     * Makes the load of a heap of which others take nothing.
     *
     * @param heap the heap
     * @param sizeBytes the bytes that it would be asked for
     * @param usedBytes the bytes that the broker's buffers take of it
     * @param penalty the weights of preferences that are not met there, and 100 for each step down
     *     a list of alternatives
     */
    public HeapLoad(HeapInfo heap, long sizeBytes, long usedBytes, long penalty) {
      this(heap, sizeBytes, usedBytes, /* othersBytes= */ 0, penalty);
    }

    /** {@return the bytes that are taken of the heap, by the broker's buffers and by others} */
    public long takenBytes() {
      return usedBytes + othersBytes;
    }

    /** {@return the heap's name} */
    public String name() {
      return heap.name();
    }

    /** {@return what is known of the heap's memory} */
    public HeapTraits traits() {
      return heap.traits();
    }
  }

  /**
   * A heap with its rank.
   *
   * @param heap the heap's name
   * @param cost lower is better; comparable within one answer only
   * @param why gives the reason, for a person to read; called only when the reason is read
   */
  record Ranked(String heap, double cost, Supplier<String> why) {
    /**
     * Makes a rank with a reason that is already known.
     *
     * @param heap the heap's name
     * @param cost lower is better; comparable within one answer only
     * @param reason why the heap has this cost, for a person to read
     */
    public Ranked(String heap, double cost, String reason) {
      this(heap, cost, () -> reason);
    }

    /** {@return the reason for the rank, for a person to read} */
    public String reason() {
      return why.get();
    }

    /** Compares heap and cost only, because different objects may explain one ranking. */
    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Ranked other && heap.equals(other.heap) && cost == other.cost;
    }

    @Override
    public int hashCode() {
      return heap.hashCode() * 31 + Double.hashCode(cost);
    }
  }

  /**
   * A heap that has no room.
   *
   * @param heap the heap
   * @param sizeBytes the bytes that it has to give
   * @param residents the buffers in it that could lie elsewhere and that no device has mapped now,
   *     in the order in which they were exported
   */
  record Crowded(HeapLoad heap, long sizeBytes, List<Resident> residents) {
    /**
     * Copies the list.
     *
     * @param residents the buffers in it that could lie elsewhere and that no device has mapped
     *     now, in the order in which they were exported
     * @param sizeBytes the bytes that it has to give
     * @param heap the heap
     */
    public Crowded {
      residents = ImmutableList.copyOf(residents);
    }
  }

  /**
   * A buffer that could move out of a heap.
   *
   * @param id the broker's number of it
   * @param buffer its name
   * @param sizeBytes the bytes that it takes of the heap
   * @param idle how long ago it was last mapped, or placed if that is later
   * @param users the devices that are attached
   */
  record Resident(long id, String buffer, long sizeBytes, Duration idle, List<User> users) {
    /**
     * Copies the list.
     *
     * @param users the devices that are attached
     * @param buffer its name
     * @param sizeBytes the bytes that it takes of the heap
     * @param id the broker's number of it
     * @param idle how long ago it was last mapped, or placed if that is later
     */
    public Resident {
      users = ImmutableList.copyOf(users);
    }
  }

  /**
   * The buffers to move out of a heap.
   *
   * @param buffers their numbers, in the order in which to move them
   * @param movesPerSecond the most moves of this kind in a second, on average over the broker's
   *     life
   */
  record Eviction(List<Long> buffers, double movesPerSecond) {
    /** No buffer moves out. */
    public static final Eviction NONE = new Eviction(List.of(), 1);

    /**
     * Copies the list, and checks the rate.
     *
     * @param movesPerSecond the most moves of this kind in a second, on average over the broker's
     *     life
     * @param buffers their numbers, in the order in which to move them
     */
    public Eviction {
      if (!(movesPerSecond > 0 && Double.isFinite(movesPerSecond))) {
        throw new IllegalArgumentException(
            "movesPerSecond must be positive and finite, is " + movesPerSecond);
      }
      buffers = ImmutableList.copyOf(buffers);
    }
  }
}
