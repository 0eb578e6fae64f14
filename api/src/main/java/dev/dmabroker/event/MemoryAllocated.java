package dev.dmabroker.event;

import java.time.Duration;

/**
 * A buffer got memory, or was adopted with memory that was there already. Immutable. Not for
 * implementation outside the broker.
 */
public interface MemoryAllocated {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the heap that gave the memory} */
  String heap();

  /** {@return the size of the memory, in bytes} */
  long sizeBytes();

  /**
   * {@return how long the allocation took, with the heaps that refused before; zero if the buffer
   * was adopted}
   */
  Duration took();
}
