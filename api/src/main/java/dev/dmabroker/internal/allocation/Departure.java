package dev.dmabroker.internal.allocation;

import dev.dmabroker.event.BufferMove.Cause;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Ranking.RankedHeap;
import dev.dmabroker.internal.placement.Solution;
import org.jspecify.annotations.Nullable;

/**
 * Says why a buffer leaves a heap although it suits there, and where it may go. No device needs
 * this move, so it is given up for any use of the buffer.
 *
 * @param from the heap to leave
 * @param to the only heap to go to; null if any other will do
 * @param cause {@link Cause#ROOM} or {@link Cause#REBALANCE}
 * @param beneficiary the buffer that needs the room, or the heap that has more room afterwards
 */
public record Departure(
    HeapAccount from, @Nullable HeapAccount to, Cause cause, String beneficiary) {

  /** Another buffer needs the room. */
  public static Departure forRoom(HeapAccount from, String buffer) {
    return new Departure(from, /* to= */ null, Cause.ROOM, buffer);
  }

  /** The buffer lies better in another heap. */
  public static Departure rebalancing(HeapAccount from, HeapAccount to) {
    return new Departure(from, to, Cause.REBALANCE, from.name());
  }

  /** Tells whether a buffer is waiting for the room, in this very thread. */
  public boolean isForRoom() {
    return cause == Cause.ROOM;
  }

  /** Tells whether the buffer may go to that heap; it never leaves out more devices than before. */
  @SuppressWarnings("ReferenceEquality") // An account stands for its heap.
  boolean permits(RankedHeap heap, Solution solution) {
    return solution.isAsGood(heap.heap(), from) && (to == null || to == heap.account());
  }
}
