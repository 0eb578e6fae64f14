package dev.dmabroker.event;

/** Memory was given back to its heap. Immutable. Not for implementation outside the broker. */
public interface MemoryReleased {

  /** The buffer's name. */
  String buffer();

  /** The name of the heap that got the memory back. */
  String heap();

  /** The size of the memory, in bytes. */
  long sizeBytes();
}
