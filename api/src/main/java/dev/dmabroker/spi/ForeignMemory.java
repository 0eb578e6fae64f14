package dev.dmabroker.spi;

/**
 * Memory that no heap gave: what a user brought, or a dma-buf that somebody else exported. A broker
 * adopts ({@code Broker.adopt}) it as the place of one buffer. Inert until then. Thread-safe.
 */
public interface ForeignMemory {

  /**
   * Stands where a heap's name would, in errors, events and {@link
   * dev.dmabroker.Mapping#heapName()}. Several may share it, but no heap of the broker may have it.
   */
  String name();

  /** What kind of memory it is, for constraints that name types of heaps. */
  default String type() {
    return "foreign";
  }

  /** What is known of the memory; the same at every call. What is not known counts as no. */
  HeapTraits traits();

  /**
   * Whether the contents may be copied elsewhere when a device attaches that this memory does not
   * suit; the memory is let go of then. Otherwise the buffer stays where it is, as if pinned, and
   * such a device is refused.
   */
  boolean movable();

  /**
   * The memory, with its contents. Called once, without a lock. Releasing the backing lets go of
   * the memory, whatever becomes of it then.
   *
   * @throws HeapException if it cannot be had; nothing is left behind then
   */
  Backing open() throws HeapException;
}
