package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import dev.dmabroker.spi.RebalancePolicy.Candidate;
import java.util.Optional;
import java.util.function.Consumer;

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

  /**
   * Asks memory that a heap gave the buffer what tells it from other memory. The memory is not
   * given back before {@code told} returns. Does nothing if the buffer does not lie in the memory
   * yet, or has left it. This calls the memory, so it must not run under a lock.
   *
   * @param told gets the answer, which is empty if nothing tells the memory from other memory
   * @throws HeapException if the memory does not answer
   */
  void identify(HeapMemory memory, Consumer<Optional<Object>> told) throws HeapException;
}
