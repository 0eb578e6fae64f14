package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
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
   * Moves out of the heap in the calling thread, unless the buffer is used.
   *
   * @param beneficiary the buffer that needs the room
   * @return whether this buffer lies elsewhere now
   */
  boolean moveOut(HeapAccount heap, String beneficiary);

  /** Tells whether a heap gave the buffer memory of that identity, which the buffer has still. */
  boolean lies(Object identity);
}
