package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;

/** Makes allocations of one kind: a heap before anything is known of it. Thread-safe. */
interface Source extends AutoCloseable {
  /** The type of the heap that takes from this source, for constraints that name types. */
  String type();

  /**
   * Allocates memory that is filled with zeros.
   *
   * @throws IllegalArgumentException if the size is less than 1
   * @throws HeapException if there is no memory; nothing is left behind then
   */
  LinuxBacking allocate(String label, long sizeBytes) throws HeapException;

  /** The memory that was released and lives on. */
  Leftovers leftovers();

  /** Gives back what the source itself holds. A second call does nothing. */
  @Override
  void close();
}
