package dev.dmabroker.event;

/** Memory was given back to its heap. Immutable. Not for implementation outside the broker. */
public interface MemoryReleased {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the heap that got the memory back} */
  String heap();

  /** {@return the size of the memory, in bytes} */
  long sizeBytes();
}
