package dev.dmabroker.event;

import java.time.Duration;

/**
 * A buffer got memory, or was adopted with memory that was there already. Immutable. Not for
 * implementation outside the broker.
 */
public interface MemoryAllocated {

  /** The buffer's name. */
  String buffer();

  /** The name of the heap that gave the memory. */
  String heap();

  /** The size of the memory, in bytes. */
  long sizeBytes();

  /**
   * How long the allocation took, with the heaps that refused before; zero if the buffer was
   * adopted.
   */
  Duration took();
}
