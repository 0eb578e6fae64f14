package dev.dmabroker.internal.allocation;

import dev.dmabroker.spi.PlacementHeuristic.Resident;
import java.util.Optional;

/**
 * A buffer as one that takes up memory of heaps: what allocating and adopting memory for other
 * buffers asks of it. Thread-safe.
 */
public interface Tenant {

  /** The buffer's name. */
  String name();

  /** The buffer as one that could leave the heap; empty unless it is idle and suited elsewhere. */
  Optional<Resident> resident(int heap);

  /**
   * Moves out of the heap in the calling thread, unless the buffer is used.
   *
   * @param beneficiary the buffer that needs the room
   * @return whether it lies elsewhere now
   */
  boolean moveOut(int heap, String beneficiary);

  /** Whether a heap gave the buffer memory of that identity, which it has still. */
  boolean lies(Object identity);
}
