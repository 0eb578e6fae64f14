package dev.dmabroker.event;

import dev.dmabroker.spi.HeapException;

/**
 * A heap gave no memory.
 *
 * @param buffer the buffer's name
 * @param heap which heap
 * @param sizeBytes how much it was asked for
 * @param kind what kind of refusal
 * @param reason the heap's words
 */
public record HeapRefusal(
    String buffer, String heap, long sizeBytes, HeapException.Kind kind, String reason) {}
