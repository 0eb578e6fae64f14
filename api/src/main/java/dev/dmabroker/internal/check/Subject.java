package dev.dmabroker.internal.check;

import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.spec.Access;

/**
 * The use of memory that something is said about. It keeps neither mapping nor memory, so that a
 * mapping that is lost is found.
 *
 * @param buffer the buffer's name
 * @param device the device's name
 * @param access what the mapping was made for
 * @param generation the number of the buffer's place
 */
record Subject(String buffer, String device, Access access, long generation) {
  static Subject of(BufferMapping mapping) {
    return new Subject(
        mapping.attachment().buffer().name(),
        mapping.attachment().device().name(),
        mapping.access(),
        mapping.generation());
  }
}
