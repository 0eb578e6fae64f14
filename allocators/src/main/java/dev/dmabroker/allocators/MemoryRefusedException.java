package dev.dmabroker.allocators;

import dev.dmabroker.spi.HeapException;

/**
 * The system refused memory that the application named: a dma-buf to import, or the queue of a V4L2
 * node. The text says what was asked, what the system answered, with the name of its error, and
 * what would help.
 */
public final class MemoryRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The kind of the refusal. */
  private final HeapException.Kind kind;

  MemoryRefusedException(HeapException refusal) {
    super(refusal.getMessage(), refusal);
    kind = refusal.kind();
  }

  /** {@return the kind of the refusal} */
  public HeapException.Kind kind() {
    return kind;
  }
}
