package dev.dmabroker.internal.gate;

import dev.dmabroker.spec.Access;

/** The way of a map that the gate does not let in. */
interface Asker {
  /** Asks the buffer, and waits for the mapping. */
  BufferMapping ask(Access access);
}
