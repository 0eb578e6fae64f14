package dev.dmabroker.spi;

import java.util.Set;

/**
 * A source of memory for buffers. Thread-safe. The broker calls it without holding a lock and
 * closes it after its last backing is released.
 */
public interface Heap extends AutoCloseable {

  /** The name of the heap, unique in the broker among names and aliases. */
  String name();

  /** Other names that constraints may use for this heap. */
  default Set<String> aliases() {
    return Set.of();
  }

  /** The kind of the heap, for example {@code dma-heap}, for constraints that name types. */
  default String type() {
    return "other";
  }

  /** What is known of the heap's memory, equal at every call. */
  HeapTraits traits();

  /**
   * Allocates memory that is filled with zeros and has all its pages. May block.
   *
   * @param label names the allocation in the kernel's debug files where that is possible
   * @param sizeBytes at least 1; rounded up as the heap needs
   * @throws HeapException if the heap gives no memory; nothing is left behind then
   */
  Backing allocate(String label, long sizeBytes) throws HeapException;

  /**
   * The memory that was given back to the heap but lives on because its descriptors were handed
   * out. The heap looks for it at each call, which may take milliseconds. The answer is never more
   * than there is.
   */
  default Lingering lingering() {
    return Lingering.NONE;
  }

  /** Gives back what the heap itself holds. A second call does nothing. */
  @Override
  void close();
}
