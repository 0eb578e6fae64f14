package dev.dmabroker.internal.check;

import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.spec.Access;

/**
 * What a mapping is for. It keeps neither mapping nor memory, so that one that is lost is found.
 *
 * @param buffer the buffer's name
 * @param device the device's name
 * @param access what the mapping was made for
 * @param generation the number of the buffer's place
 */
record Use(String buffer, String device, Access access, long generation) {
  static Use of(BufferMapping mapping) {
    return new Use(
        mapping.attachment().buffer().name(),
        mapping.attachment().device().name(),
        mapping.access(),
        mapping.generation());
  }
}
