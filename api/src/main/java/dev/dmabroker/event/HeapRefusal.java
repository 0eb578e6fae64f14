package dev.dmabroker.event;

import dev.dmabroker.spi.HeapException;

/** A heap gave no memory. Immutable. Not for implementation outside the broker. */
public interface HeapRefusal {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the heap that refused} */
  String heap();

  /** {@return how many bytes the heap was asked for} */
  long sizeBytes();

  /** {@return what kind of refusal it was} */
  HeapException.Kind kind();

  /** {@return the heap's explanation, for a person to read} */
  String reason();
}
