package dev.dmabroker.spi;

/**
 * Memory that no heap of the broker gave: memory of the application, or a dma-buf that another
 * exporter made. A broker adopts it ({@code Broker.adopt}) as the place of one buffer; until then
 * nothing happens to it. Thread-safe.
 */
public interface ForeignMemory {

  /**
   * {@return the name that stands in the place of a heap's name, in errors, events and {@link
   * dev.dmabroker.Mapping#heapName()}} Several memories may share it, but no heap of the broker may
   * have it.
   */
  String name();

  /** {@return the kind of memory, for constraints that name types of heaps} */
  default String type() {
    return "foreign";
  }

  /**
   * {@return what is known of the memory, equal at every call} A trait that is not known counts as
   * no.
   */
  HeapTraits traits();

  /**
   * {@return whether the broker may copy the contents elsewhere when a device attaches that this
   * memory does not suit; the broker releases the memory then} Otherwise the buffer stays where it
   * is, as if it were pinned, and the device is refused.
   */
  boolean movable();

  /**
   * Opens the memory, with its contents. The broker calls it once, without a lock. When the broker
   * releases the backing, it has no further use for the memory.
   *
   * @return the memory, which the caller releases
   * @throws HeapException if the memory cannot be opened; nothing is left behind then
   */
  Backing open() throws HeapException;
}
