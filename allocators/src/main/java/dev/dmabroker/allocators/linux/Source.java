package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;

/** Makes allocations of one kind; what a heap is before anything is known of it. Thread-safe. */
interface Source extends AutoCloseable {
  /** What kind of heap takes from here, for constraints that name types. */
  String type();

  /**
   * Allocates zeroed memory.
   *
   * @throws IllegalArgumentException if the size is less than 1
   * @throws HeapException if there is none; nothing is left behind then
   */
  LinuxBacking allocate(String label, long sizeBytes) throws HeapException;

  /** What was released and lives on. */
  Leftovers leftovers();

  /** Gives back what the source itself holds. A second call does nothing. */
  @Override
  void close();
}
