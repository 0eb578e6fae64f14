package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import dev.dmabroker.spi.RebalancePolicy.Candidate;
import java.util.Optional;

/**
 * Stands for a buffer that takes up memory of heaps, with what allocating and adopting memory for
 * other buffers asks of it. Implementations are thread-safe.
 */
public interface Tenant {

  /** Returns the buffer's name. */
  String name();

  /**
   * Returns the buffer as one that could leave the heap; empty unless it is idle and suited
   * elsewhere.
   */
  Optional<Resident> resident(HeapAccount heap);

  /**
   * Returns the buffer as one that would lie better elsewhere than in the heap, with the heap that
   * it would move to; empty unless it is idle. This calls the heuristic.
   */
  Optional<Leaver> leaver(HeapAccount heap);

  /**
   * Holds a buffer that would lie better elsewhere.
   *
   * @param tenant the buffer
   * @param candidate the buffer as the policy sees it
   * @param departure the move that the policy may choose
   */
  record Leaver(Tenant tenant, Candidate candidate, Departure departure) {
    /** Moves the buffer, unless it is used. */
    boolean move() {
      return tenant.moveOut(departure);
    }
  }

  /**
   * Moves out of a heap in the calling thread, unless the buffer is used.
   *
   * @return whether this buffer lies elsewhere now
   */
  boolean moveOut(Departure departure);

  /** Tells whether a heap gave the buffer memory of that identity, which the buffer has still. */
  boolean lies(Object identity);
}
