package dev.dmabroker.event;

import dev.dmabroker.spi.HeapException;

/** A heap gave no memory. Immutable. Not for implementation outside the broker. */
public interface HeapRefusal {

  /** The buffer's name. */
  String buffer();

  /** The name of the heap that refused. */
  String heap();

  /** How many bytes the heap was asked for. */
  long sizeBytes();

  /** What kind of refusal it was. */
  HeapException.Kind kind();

  /** The heap's explanation, for a person to read. */
  String reason();
}
