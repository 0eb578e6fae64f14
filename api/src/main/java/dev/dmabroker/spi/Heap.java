package dev.dmabroker.spi;

import java.util.Set;

/**
 * A place that memory comes from. Thread-safe. The broker calls it without holding a lock and
 * closes it after its last backing is released.
 */
public interface Heap extends AutoCloseable {

  /** Unique in the broker, aliases included. */
  String name();

  /** Other names that constraints may use for this heap. */
  default Set<String> aliases() {
    return Set.of();
  }

  /** What kind of heap it is, such as {@code dma-heap}, for constraints that name types. */
  default String type() {
    return "other";
  }

  /** What is known of the heap's memory; the same at every call. */
  HeapTraits traits();

  /**
   * Allocates zeroed memory, with its pages populated.
   *
   * @param label names the allocation in the kernel's debug files where that is possible
   * @param sizeBytes at least 1; rounded up as the heap needs
   * @throws HeapException if there is none; nothing is left behind then
   */
  Backing allocate(String label, long sizeBytes) throws HeapException;

  /**
   * What was given back to the heap but lives on because its descriptors were handed out. Looked
   * for when asked, which may take milliseconds; never more than is so.
   */
  default Lingering lingering() {
    return Lingering.NONE;
  }

  /** Gives back what the heap itself holds. A second call does nothing. */
  @Override
  void close();
}
