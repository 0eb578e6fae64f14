package dev.dmabroker.event;

import dev.dmabroker.spi.HeapProvider;
import java.util.List;

/**
 * What a look for heaps found to be different from the look before. Immutable. Not for
 * implementation outside the broker.
 */
public interface HeapsChanged {

  /**
   * {@return the names of the heaps that joined the broker, in the broker's order} The broker
   * places buffers there from now on, and works out for each device which of them suit it.
   */
  List<String> joined();

  /**
   * {@return the heaps that vanished, and why} The broker takes no more memory from them. Buffers
   * that lie there stay usable, as descriptors keep their memory; the heap itself is closed after
   * the last of them has left.
   */
  List<HeapProvider.Closed> vanished();

  /**
   * {@return the heaps that did not open, or fail to open now for another reason than before} A
   * heap that fails as it did at the last look is not among them: {@link
   * BrokerSnapshot#closedHeaps} has all.
   */
  List<HeapProvider.Closed> refused();

  /** {@return whether nothing has changed} */
  default boolean isEmpty() {
    return joined().isEmpty() && vanished().isEmpty() && refused().isEmpty();
  }
}
